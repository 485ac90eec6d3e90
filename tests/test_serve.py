"""The local page: who is answered, what is refused, and what a browser makes of hostile input."""

import http.client
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from chaffinch.cli.web import local_server
from chaffinch.detector.detector import Detector

COMMAND = str(Path(sys.executable).with_name("chaffinch"))
SPUN = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt"
SCRAPED = "reposthub.example/barn-owls-breed-in-bell-tower.html"
ORIGINAL = "harbour-gazette.example/barn-owls-breed-in-bell-tower.html"
HOSTILE = (
    "</textarea></script><script>document.title='owned'</script><svg onload=alert(1)>"
    "<img src=https://tracker.example/x.png onerror=alert(2)>"
    "<a href='javascript:alert(3)'>x</a><style>body{display:none}</style>"
    "<meta http-equiv=refresh content='0;url=https://evil.example/'> \u202egnp.exe \0"
)
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def port(detector: Detector) -> Iterator[int]:
    server = local_server(detector, 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def answer(
    port: int, method: str, path: str, fields: dict[str, str] | None = None, **headers: str | None
) -> tuple[int, str, http.client.HTTPMessage]:
    """Status, content and headers of the answer to a request; a header of None is left out."""
    body = urlencode(fields) if fields is not None else ""
    sent: dict[str, str | None] = {"Host": f"127.0.0.1:{port}"}
    if method == "POST":
        sent |= {
            "Origin": f"http://127.0.0.1:{port}",
            "Content-Type": FORM,
            "Content-Length": str(len(body)),
        }
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
    for name, value in sent.items():
        if value is not None:
            connection.putheader(name, value.replace("PORT", str(port)))
    connection.endheaders(body.encode())
    got = connection.getresponse()
    text = got.read().decode()
    connection.close()
    return got.status, text, got.headers


def test_the_page_is_for_this_machine_and_loads_nothing(port: int) -> None:
    status, text, headers = answer(port, "GET", "/")
    assert status == 200
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert policy.endswith("; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Python" not in headers["Server"]
    assert not re.search(r"<(script|img|link|iframe)\b|\b(src|onload)=|https?://|url\(", text)


FIELDS = {"page": "Short."}


@pytest.mark.parametrize(
    ("method", "path", "fields", "headers", "status"),
    [
        ("GET", "/", None, {"Host": "localhost:PORT"}, 200),
        ("GET", "/", None, {"Host": "evil.example"}, 421),
        ("GET", "/", None, {"Host": "evil.example:PORT"}, 421),
        ("GET", "/", None, {"Host": None}, 421),
        ("GET", "/judge", None, {}, 404),
        ("GET", "/../etc/passwd", None, {}, 404),
        ("GET", "http://127.0.0.1:PORT/", None, {}, 404),
        ("PUT", "/", None, {}, 501),
        ("POST", "/judge", FIELDS, {}, 200),
        ("POST", "/judge", FIELDS, {"Host": "localhost:PORT"}, 403),
        ("POST", "/judge", FIELDS, {"Host": "evil.example", "Origin": "http://evil.example"}, 421),
        ("POST", "/judge", FIELDS, {"Origin": "http://evil.example"}, 403),
        ("POST", "/judge", FIELDS, {"Origin": "http://127.0.0.1"}, 403),
        ("POST", "/judge", FIELDS, {"Origin": "https://127.0.0.1:PORT"}, 403),
        ("POST", "/judge", FIELDS, {"Origin": "null"}, 403),
        ("POST", "/judge", FIELDS, {"Origin": None}, 403),
        ("POST", "/", FIELDS, {}, 404),
        ("POST", "/judge", FIELDS, {"Content_Type": "text/plain"}, 415),
        ("POST", "/judge", FIELDS, {"Content_Type": "multipart/form-data; boundary=x"}, 415),
        ("POST", "/judge", FIELDS, {"Content_Length": None}, 411),
        ("POST", "/judge", FIELDS, {"Content_Length": "-1"}, 411),
        ("POST", "/judge", FIELDS, {"Content_Length": "16000001"}, 413),
        ("POST", "/judge", FIELDS, {"Content_Length": "9" * 5000}, 413),
        ("POST", "/judge", {str(number): "" for number in range(9)}, {}, 400),
        ("POST", "/judge", {}, {}, 200),
        ("POST", "/compare", {"suspect": "a", "source": " "}, {}, 200),
    ],
)
def test_who_is_answered(
    port: int,
    method: str,
    path: str,
    fields: dict[str, str] | None,
    headers: dict[str, str | None],
    status: int,
) -> None:
    found, text, _ = answer(port, method, path, fields, **headers)
    assert found == status
    assert "Traceback" not in text


def test_a_fault_in_judging_is_answered_and_ends_nothing(
    port: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*texts: str) -> None:
        raise ValueError("<b>broken</b>")

    monkeypatch.setattr("chaffinch.cli.web.compare_texts", broken)
    status, text, _ = answer(port, "POST", "/compare", {"suspect": "a", "source": "b"})
    assert status == 500
    assert "It could not be judged (ValueError: &lt;b&gt;broken&lt;/b&gt;)." in text
    assert answer(port, "GET", "/")[0] == 200
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("path", "fields", "said"),
    [
        ("/judge", {"page": " \n"}, "There is no text. Paste one."),
        ("/judge", {"page": "A short note."}, "at least 40 are needed"),
        ("/compare", {"suspect": "a", "source": ""}, "Two texts are needed. Paste both."),
        ("/compare", {"suspect": "a", "source": "b" * 400_001}, "Each text may have 400,000"),
        ("/compare", {"suspect": "one", "source": "two"}, "Not a copy"),
    ],
)
def test_what_is_said_of_what_cannot_be_judged(
    port: int, path: str, fields: dict[str, str], said: str
) -> None:
    status, text, _ = answer(port, "POST", path, fields)
    assert status == 200
    assert said in text


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        pytest.skip("needs Chromium (Debian package chromium)")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, port: int) -> Iterator[Page]:
    """The local page, opened; at the end nothing was logged, asked of others or taken over."""
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    page = context.new_page()
    problems: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    context.on("request", lambda request: requests.append(request.url))
    page.goto(f"http://127.0.0.1:{port}/")
    yield page
    # The browser asks for an icon, which there is none of.
    assert [text for text in problems if "404" not in text] == []
    assert {url.rpartition("/")[0] for url in requests} == {f"http://127.0.0.1:{port}"}
    assert page.title().startswith("Chaffinch")
    context.close()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "markup", "verdict"), [(SPUN, "text", "Spun"), (SCRAPED, "HTML", "Scraped")]
)
def test_an_editor_judges_a_page(
    page: Page, examples: Path, name: str, markup: str, verdict: str
) -> None:
    page.get_by_label("Text, or the HTML of a saved page").fill((examples / name).read_text())
    page.get_by_label(markup, exact=True).check()
    page.get_by_label("Its address, if known").fill("https://reposthub.example/owls")
    page.get_by_role("button", name="Judge").click()
    expect(page.locator("h1")).to_contain_text(f"{verdict}: almost certainly")
    expect(page.locator("article .steps li").first).to_be_visible()
    expect(page.get_by_label("Text that may be a copy")).to_have_value("")
    expect(page.get_by_label("Its address, if known")).to_have_value(
        "https://reposthub.example/owls"
    )
    if verdict == "Spun":
        expect(page.locator("ruby", has_text="successful").first).to_contain_text("in")


@pytest.mark.browser
@pytest.mark.slow
def test_an_editor_compares_two_texts(page: Page, examples: Path, detector: Detector) -> None:
    source = detector.score(html=(examples / ORIGINAL).read_text("utf-8")).document.text
    page.get_by_label("Text that may be a copy").fill((examples / SPUN).read_text("utf-8"))
    page.get_by_label("Its possible source").fill(source)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("h1")).to_contain_text("Copied, spun")
    expect(page.get_by_label("Text, or the HTML of a saved page")).to_have_value("")
    expect(page.get_by_label("Its possible source")).to_have_value(source)
    text = (examples / SPUN).read_text("utf-8")
    expect(page.get_by_label("Text that may be a copy")).to_have_value(text)
    expect(page.locator("#comparison p").first).to_contain_text("of the text's words run along")
    expect(page.locator("ruby", has_text="arsenic").first).to_contain_text("as")


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("markup", ["text", "HTML"])
def test_hostile_pages_take_nothing_over(
    page: Page, examples: Path, tmp_path: Path, markup: str
) -> None:
    spun = (examples / SPUN).read_text("utf-8")
    hostile = (
        f"<p>{HOSTILE}</p><p>{spun}</p>{'x' * 200_000}" if markup == "HTML" else HOSTILE + spun
    )
    page.get_by_label("Text, or the HTML of a saved page").fill(hostile)
    page.get_by_label(markup, exact=True).check()
    page.get_by_label("Its address, if known").fill(f"javascript:alert(4){HOSTILE}")
    page.get_by_role("button", name="Judge").click()
    expect(page.locator("article.document")).to_be_visible()
    assert page.locator("script, img, svg[onload], iframe, a[href^=javascript]").count() == 0
    expect(page.locator("body")).to_be_visible()
    page.get_by_label("Text that may be a copy").fill(HOSTILE + spun)
    page.get_by_label("Its possible source").fill(HOSTILE)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("#comparison")).to_be_visible()
    assert page.locator("script, img, iframe, a[href^=javascript]").count() == 0


@pytest.mark.browser
@pytest.mark.slow
def test_the_page_is_accessible(page: Page, examples: Path) -> None:
    assert Axe().run(page).violations_count == 0
    page.get_by_label("Text, or the HTML of a saved page").fill((examples / SPUN).read_text())
    page.get_by_role("button", name="Judge").click()
    expect(page.locator("article.document")).to_be_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.browser
@pytest.mark.slow
def test_a_page_of_another_site_gets_no_answer(
    browser: Browser, page: Page, port: int, tmp_path: Path
) -> None:
    other = browser.new_context().new_page()
    (tmp_path / "evil.html").write_text(
        f"<form id=f method=post action='http://127.0.0.1:{port}/judge'>"
        "<input name=page value=x></form><script>f.submit()</script>"
    )
    with other.expect_response(lambda response: "/judge" in response.url) as answered:
        other.goto((tmp_path / "evil.html").as_uri())
    assert answered.value.status == 403
    other.close()


def test_the_command_says_where_to_look_and_ends_when_it_is_told_to() -> None:
    process = subprocess.Popen(
        [COMMAND, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        text=True,
    )
    assert process.stdout is not None
    said = process.stdout.readline()
    found = re.fullmatch(r"Open http://127\.0\.0\.1:(\d+)/ in a browser\. Ctrl-C ends it\.\n", said)
    assert found is not None
    assert answer(int(found[1]), "GET", "/")[0] == 200
    taken = subprocess.run([COMMAND, "serve", "--port", found[1]], capture_output=True, text=True)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert taken.returncode == 1
    assert taken.stderr.startswith(
        f"Error: Port {found[1]} cannot be used (Address already in use)"
    )
