"""The report: in a real browser, with hostile content, and without JavaScript."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from chaffinch.detector.audit.audit import run_audit
from chaffinch.detector.audit.scoring import Settings
from chaffinch.reports.html import ReportError, render

HOSTILE = "</script><script>document.title='owned'</script><svg onload=alert(1)> \u202egnp.exe"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def page_file(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    crawl = folder / "crawl"
    shutil.copytree(examples, crawl)
    spun = (examples / "newswire-pr.example" / "barn-owls-breed-in-bell-tower.txt").read_text(
        "utf-8"
    )
    hostile = {
        "id": HOSTILE,
        "title": HOSTILE,
        "text": f"\U0001f600 {HOSTILE}\n{spun}\n{'x' * 1_000_000}",
    }
    (crawl / "hostile.jsonl").write_text(json.dumps(hostile) + "\n")
    run_audit(crawl, folder / "audit", Settings())
    render(folder / "audit", folder / "report.html")
    return folder / "report.html"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        pytest.skip("needs Chromium (Debian package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, page_file: Path) -> Iterator[Page]:
    page = browser.new_page()
    problems: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(page_file.as_uri())
    yield page
    assert problems == []
    assert [url for url in requests if not url.startswith("file:")] == []
    assert page.title().startswith("Chaffinch report")
    page.close()


def test_the_table_is_sorted_searched_and_filtered_and_the_view_is_in_the_address(
    page: Page,
) -> None:
    first = page.locator("#documents tbody tr").first
    assert ">99.9 %" in first.inner_text()
    page.fill("#q", "ferry")
    assert page.locator("#documents tbody tr").count() == 4
    page.select_option("#kind", "original")
    assert page.locator("#documents tbody tr").count() == 1
    assert "q=ferry" in page.url and "kind=original" in page.url
    page.reload()
    assert page.locator("#documents tbody tr").count() == 1


def test_a_document_opens_by_its_anchor_with_marks_and_can_be_shown_despun(
    page: Page, page_file: Path
) -> None:
    name = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt#0"
    page.goto(f"{page_file.as_uri()}#doc={quote(name, safe='')}")
    page.wait_for_selector("#document mark")
    marks = page.locator("#document mark").all_inner_texts()
    assert {"successful", "arsenic", "Read Entire Article", "2 months ago 1.2k views"} <= set(marks)
    assert "in" in page.locator("#document .original-word").all_inner_texts()
    page.get_by_role("button", name="Show de-spun").click()
    assert page.locator("#document .text.despun").count() == 1
    page.get_by_role("link", name="Back to all documents").click()
    assert page.locator("#overview").is_visible()


def test_hostile_titles_and_texts_stay_text(page: Page, page_file: Path) -> None:
    page.goto(f"{page_file.as_uri()}#doc={quote(HOSTILE, safe='')}")
    page.wait_for_selector("#document .text")
    shown = page.locator("#document .text").inner_text()
    assert "<script>document.title='owned'</script>" in shown
    assert "\u202e" not in shown
    assert "arsenic" in page.locator("#document mark").all_inner_texts()


def test_it_works_with_the_keyboard_alone(page: Page) -> None:
    page.locator("#documents tbody a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#document h2")
    assert page.evaluate("document.activeElement.tagName") == "H2"


@pytest.mark.parametrize("width", [360, 1200])
def test_nothing_is_wider_than_the_screen(browser: Browser, page_file: Path, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(page_file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_without_javascript_overview_table_and_strongest_documents_are_there(
    browser: Browser, page_file: Path
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(page_file.as_uri())
    assert page.locator("#documents tbody tr").count() >= 15
    assert "successful" in page.locator("#strongest mark").all_inner_texts()
    context.close()


def test_an_unfinished_or_missing_audit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="not the folder of an audit"):
        render(tmp_path, tmp_path / "report.html")
    (tmp_path / "manifest.json").write_text('{"finished": false}')
    with pytest.raises(ReportError, match="not finished"):
        render(tmp_path, tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.json"]
