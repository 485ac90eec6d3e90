"""The report in a real browser: what a reviewer does, and what a hostile crawl tries."""

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Download, Page, expect, sync_playwright

from chaffinch.detector.audit.audit import run_audit
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.labelled import read_labelled
from chaffinch.reports.html.report import render
from chaffinch.reports.html.site import render_site

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OWLS = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt#0"
OWLS_SOURCE = "harbour-gazette.example/barn-owls-breed-in-bell-tower.html#0"
SOUP = "larkfield-kitchen.example/leek-and-barley-soup.txt#0"
HOSTILE = (
    "</script></noscript><script>document.title='owned'</script><svg onload=alert(1)>"
    "<a href='javascript:alert(1)'>x</a><img src=https://tracker.example/x.png> \u202egnp.exe"
)
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
def audit(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example crawl and a hostile document, with one spun copy known beside its source."""
    folder = tmp_path_factory.mktemp("report")
    crawl = folder / "crawl"
    shutil.copytree(examples, crawl)
    spun = (examples / OWLS.removesuffix("#0")).read_text("utf-8")
    hostile = {
        "id": HOSTILE,
        "title": HOSTILE,
        "url": "javascript:alert(document.domain)",
        "text": f"\U0001f600 {HOSTILE}\n{spun}\n\u202e{'x' * 1_000_000}",
    }
    (crawl / "hostile.jsonl").write_text(json.dumps(hostile) + "\n")
    run_audit(crawl, folder / "audit")
    (file,) = (folder / "audit" / "documents").glob("*.parquet")
    pq.write_table(with_copy(pq.read_table(file)), file)
    return folder / "audit"


def with_copy(table: pa.Table) -> pa.Table:
    rows = table.to_pylist()
    for row in rows:
        if row["id"] in (OWLS, OWLS_SOURCE):
            row["cluster"] = "owls"
        if row["id"] == OWLS:
            row |= {"copied": True, "source_id": OWLS_SOURCE, "similarity": 0.62}
    return pa.Table.from_pylist(rows, table.schema)


@pytest.fixture(scope="module")
def report(audit: Path) -> Path:
    render(audit, audit / "report.html")
    return audit / "report.html"


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
def page(browser: Browser, report: Path) -> Iterator[Page]:
    """The report, opened; at the end nothing was logged, requested or taken over."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    problems: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(dialog.message))
    context.on("request", lambda request: requests.append(request.url))
    page.goto(report.as_uri())
    page.wait_for_selector("#documents tbody tr")
    yield page
    assert problems == []
    assert {url.partition(":")[0] for url in requests} <= {"file", "blob"}
    assert page.title().startswith("Chaffinch report")
    context.close()


def open_document(page: Page, report: Path, key: str) -> None:
    page.goto(f"{report.as_uri()}#doc={quote(key, safe='')}")
    page.wait_for_selector("#article .title")


def table_in(download: Download) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path(download.path()).read_text("utf-8"))))


def titles(page: Page) -> list[str]:
    return page.locator("#documents tbody td.title a").all_inner_texts()


# --- Tables -----------------------------------------------------------------------------------


def test_the_strongest_come_first_and_a_heading_sorts(page: Page) -> None:
    rows = page.locator("#documents tbody tr")
    assert "99." in rows.first.inner_text()
    assert "unscorable" in rows.last.inner_text() or "unreadable" in rows.last.inner_text()
    heading = page.locator("#documents th", has_text="Document")
    heading.get_by_role("button").click()
    assert titles(page) == sorted(titles(page))
    assert heading.get_attribute("aria-sort") == "ascending"
    heading.get_by_role("button").click()
    assert titles(page) == sorted(titles(page), reverse=True)


FILTERS: list[tuple[str, str, Callable[[dict[str, Any]], bool]]] = [
    ("q", "FERRY council", lambda row: "ferry" in row["title"].lower()),
    ("kind", "flagged", lambda row: row["flagged"]),
    ("kind", "scraped", lambda row: row["kind"] == "scraped"),
    ("kind", "copied", lambda row: row["copied"]),
    ("kind", "unreadable", lambda row: row["error"] is not None),
    ("site", "reposthub.example", lambda row: row["site"] == "reposthub.example"),
    ("signal", "residue", lambda row: added(row, "residue") >= 0.5),
    ("min", "99", lambda row: (row["probability"] or 0) >= 0.99),
    ("max", "1", lambda row: row["probability"] is not None and row["probability"] <= 0.01),
    ("review", "open", lambda row: True),
]


def added(row: dict[str, Any], signal: str) -> float:
    found = [one["contribution"] for one in row["reasons"] if one["signal"] == signal]
    return float(sum(found))


def test_documents_are_filtered_and_the_view_is_in_the_address(page: Page, audit: Path) -> None:
    rows = page.locator("#documents tbody tr")
    for name, value, chosen in FILTERS:
        count = sum(map(chosen, rows_of(audit)))
        assert count
        field = page.locator(f"#documents [name={name}]")
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
        expect(rows).to_have_count(count)
        assert f"{name}=" in page.url
        page.reload()
        expect(rows).to_have_count(count)
        page.get_by_role("button", name="Show all").first.click()
        expect(rows).to_have_count(21)


def test_a_site_leads_to_its_documents(page: Page) -> None:
    page.locator("#sites [name=verdict]").select_option("too few pages")
    expect(page.locator("#sites tbody tr")).to_have_count(9)
    assert "site-verdict=too" in page.url
    page.locator("#sites tbody").get_by_role("button", name="newswire-pr.example").click()
    expect(page.locator("#about h2")).to_have_text("newswire-pr.example")
    expect(page.locator("#list")).to_be_hidden()
    page.get_by_role("button", name="Its documents").click()
    expect(page.locator("#documents tbody tr")).to_have_count(2)


def test_a_site_is_shown_with_what_ties_it_to_others(page: Page) -> None:
    page.goto(page.url + "#about=reposthub.example")
    about = page.locator("#about")
    expect(about).to_contain_text("2 of 3 judged pages flagged")
    sources, neighbours = (
        about.locator("section", has_text=title) for title in ("Its sources", "the same pages")
    )
    expect(sources).to_contain_text("harbour-gazette.example 2 copies")
    expect(neighbours).to_contain_text("newswire-pr.example 1 page")
    neighbours.get_by_role("link", name="newswire-pr.example").click()
    expect(about.locator("h2")).to_have_text("newswire-pr.example")
    about.locator("section", has_text="Examples").get_by_role("link").first.click()
    expect(page.locator("#article .text").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#sites tbody tr").first).to_be_visible()


def test_tables_are_saved_as_csv_as_they_are_filtered(page: Page, audit: Path) -> None:
    page.locator("#documents [name=kind]").select_option("flagged")
    with page.expect_download() as download:
        page.locator("#save-documents").click()
    rows = table_in(download.value)
    assert download.value.suggested_filename == "documents.csv"
    assert {row["key"] for row in rows} == {row["id"] for row in rows_of(audit) if row["flagged"]}
    assert {row["kind"] for row in rows} == {"spun", "scraped"}
    with page.expect_download() as download:
        page.locator("#save-sites").click()
    sites = table_in(download.value)
    assert {row["verdict"] for row in sites} == {"too few pages"} and len(sites) == 9


# --- One document -----------------------------------------------------------------------------


def test_a_document_opens_by_its_anchor_with_its_words_marked(page: Page, report: Path) -> None:
    open_document(page, report, OWLS)
    marks = page.locator(".reading mark").all_inner_texts()
    assert {"successful", "arsenic", "Read Entire Article", "2 months ago 1.2k views"} <= set(marks)
    assert {"in", "as"} <= set(page.locator(".reading rt").all_inner_texts())
    text = page.locator(".reading .text").inner_text()
    assert "scraper line" in text and "view counter" in text
    said = page.locator(".reading rt").first.evaluate(
        "node => getComputedStyle(node, '::before').content"
    )
    assert said == '"probably "'


def test_the_switch_shows_the_text_despun_and_as_published_again(page: Page, report: Path) -> None:
    open_document(page, report, OWLS)
    mark = page.locator(".reading ruby:not(.weak) mark", has_text="arsenic").first
    expect(mark).to_be_visible()
    page.get_by_role("radio", name="de-spun").check()
    expect(mark).to_be_hidden()
    sentence = " ".join(page.locator(".reading .text").inner_text().split())
    assert "It is as" in sentence and "arsenic" not in sentence
    page.keyboard.press("d")
    expect(mark).to_be_visible()


def test_originals_are_on_paper_too(page: Page, report: Path) -> None:
    open_document(page, report, OWLS)
    page.emulate_media(media="print")
    expect(page.locator(".reading rt").first).to_be_visible()
    expect(page.locator(".reading .note").first).to_be_visible()
    for toolbar in page.locator(".toolbar").all():
        expect(toolbar).to_be_hidden()


def test_contributions_add_up_to_the_score_shown(page: Page, report: Path) -> None:
    open_document(page, report, OWLS)
    amounts = [float(text) for text in page.locator(".steps .number").all_inner_texts()]
    assert sum(amounts[:-1]) == pytest.approx(amounts[-1], abs=0.05 * len(amounts))
    assert "words do not fit; most likely 'in', 'as'" in page.locator(".steps").inner_text()


def test_a_copy_stands_beside_its_source_with_the_differences_marked(
    page: Page, report: Path
) -> None:
    open_document(page, report, OWLS)
    assert "62.0 % alike" in page.locator(".why").inner_text()
    ours = page.locator(".beside ins").all_inner_texts()
    theirs = page.locator(".beside del").all_inner_texts()
    assert "successful" in " ".join(ours) and "successful" not in " ".join(theirs)
    page.locator(".related a").first.click()
    page.wait_for_selector("#article .title:has-text('first time')")
    assert "#doc=" + quote(OWLS_SOURCE, safe="") in page.url


def test_what_the_page_and_the_text_say_of_their_origin_stands_side_by_side(
    page: Page, examples: Path, tmp_path: Path
) -> None:
    name = "barn-owls-breed-in-bell-tower.html"
    rows = [
        {"id": site, "url": f"https://{site}/{name}", "html": (examples / site / name).read_text()}
        for site in ("reposthub.example", "harbour-gazette.example")
    ]
    (tmp_path / "crawl.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    run_audit(tmp_path / "crawl.jsonl", tmp_path / "audit")
    render(tmp_path / "audit", tmp_path / "report.html")
    open_document(page, tmp_path / "report.html", "reposthub.example")
    says = page.locator(".origin > div")
    assert "canonical link\nharbour-gazette.example" in says.nth(0).inner_text()
    assert "view counter" in says.nth(1).inner_text()
    tops = [says.nth(place).bounding_box() for place in (0, 1)]
    assert tops[0] and tops[1] and tops[0]["y"] == tops[1]["y"]


def test_a_browser_that_cannot_unpack_says_so(browser: Browser, report: Path) -> None:
    page = browser.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(report.as_uri())
    expect(page.get_by_role("alert")).to_contain_text("2023 or newer")
    page.close()


def test_an_unknown_anchor_says_so(page: Page, report: Path) -> None:
    page.goto(f"{report.as_uri()}#doc=%E0%A4%A")
    expect(page.locator("#article h2")).to_have_text("This document is not in this page")


# --- Review -----------------------------------------------------------------------------------


def test_marks_are_kept_exported_read_by_training_and_imported_again(
    page: Page, report: Path, audit: Path, tmp_path: Path
) -> None:
    page.locator("#documents [name=kind]").select_option("flagged")
    page.get_by_role("button", name="Review the documents below").click()
    page.wait_for_selector("#article .title")
    page.keyboard.press("r")
    expect(page.locator("#position")).to_have_text("2 of 6")
    expect(page.locator("#said")).to_contain_text("is marked right: label")
    expect(page.locator("#right")).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("w")
    expect(page.locator("#position")).to_have_text("3 of 6")
    page.keyboard.press("k")
    expect(page.locator("#wrong")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#review-progress")).to_contain_text("2 of 6 flagged documents reviewed.")
    page.reload()
    expect(page.locator("#review-progress")).to_contain_text("1 right, 1 wrong")
    open_document(page, report, SOUP)
    for label in ("spun", "scraped"):
        page.keyboard.press("t")
        expect(page.locator("#kind")).to_have_text(label)
    page.get_by_role("link", name="All documents").click()

    with page.expect_download() as download:
        page.get_by_role("button", name="Export labels").click()
    labels = tmp_path / "labels.jsonl"
    download.value.save_as(labels)
    lines = [json.loads(line) for line in labels.read_text("utf-8").splitlines()]
    assert lines[0]["label"] == lines[0]["kind"] != "original"
    assert [line["label"] for line in lines[1:]] == ["original", "scraped"]
    assert [example.label for example in read_labelled(labels)] == [True, False, True]

    page.once("dialog", lambda dialog: dialog.accept())
    page.evaluate("window.confirm = () => true")
    page.get_by_role("button", name="Forget labels").click()
    expect(page.locator("#review-progress")).to_contain_text("0 of 6")
    foreign = '{"id": "elsewhere", "label": "spun"}\nnot JSON\n'
    labels.write_text(labels.read_text("utf-8") + foreign, "utf-8")
    page.locator("#import").set_input_files(labels)
    expect(page.locator("#review-said")).to_have_text(
        "3 labels imported. Of documents whose text is not in this page: 1. "
        "Lines without a known label: 1."
    )
    expect(page.locator("#review-progress")).to_contain_text("1 right, 1 wrong")


def test_the_type_is_said_with_a_key_and_stays_with_the_document(page: Page, report: Path) -> None:
    open_document(page, report, OWLS)
    for label, said in (
        ("scraped", "the verdict is right, the kind wrong"),
        ("original", "the verdict is wrong"),
        ("spun", "the verdict is right."),
    ):
        page.keyboard.press("t")
        expect(page.locator("#said")).to_contain_text(f'Label "{label}": {said}')
        expect(page.locator("#kind")).to_have_text(label)
    page.keyboard.press("r")
    expect(page.locator("#said")).to_have_text("The label was removed.")
    page.locator("#say-kind").click()
    page.keyboard.press("Escape")
    expect(page.locator("#review-progress")).to_contain_text("Of another kind: 1.")


def test_exported_labels_give_the_features_of_the_audit(
    page: Page, report: Path, audit: Path, tmp_path: Path
) -> None:
    rows = {row["id"]: row for row in rows_of(audit)}
    reviewed = [key for key, row in rows.items() if row["text_digest"]]
    for key in reviewed:
        open_document(page, report, key)
        page.keyboard.press("r")
    page.goto(report.as_uri())
    with page.expect_download() as download:
        page.get_by_role("button", name="Export labels").click()
    labels = tmp_path / "labels.jsonl"
    download.value.save_as(labels)
    examples = list(read_labelled(labels))
    assert sorted(example.id for example in examples) == sorted(reviewed)
    assert any(example.document.metadata for example in examples)
    verdicts = Detector.load().score_many(example.document for example in examples)
    for example, verdict in zip(examples, verdicts, strict=True):
        row = rows[example.id]
        assert example.document.text == row["text"]
        assert (verdict.features, verdict.probability) == (row["features"], row["probability"])


def rows_of(audit: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(audit / "documents").to_pylist()
    return rows


def test_keys_can_be_turned_off(page: Page, report: Path) -> None:
    open_document(page, report, OWLS)
    page.locator("#keys").uncheck()
    page.locator("#article .title").focus()
    page.keyboard.press("r")
    expect(page.locator("#right")).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(page.locator("#keys")).not_to_be_checked()


def test_it_works_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Documents"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('#documents td a')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#article .title")
    assert page.evaluate("document.activeElement.className") == "title"


# --- Hostile content, other ways to look ------------------------------------------------------


def test_hostile_titles_and_texts_stay_text(page: Page, report: Path) -> None:
    open_document(page, report, HOSTILE)
    shown = page.locator(".reading .text").inner_text()
    assert "</script></noscript><script>" in shown and "<svg onload=alert(1)>" in shown
    assert "\u202e" not in shown and "\u202e" not in page.locator("#article .title").inner_text()
    assert page.locator("#article a[href^=javascript], #article img, #article script").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1200
    assert "360,000 more characters" in page.locator(".reading").inner_text()
    page.locator("#right").click()
    page.get_by_role("link", name="All documents").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export labels").click()
    line = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert line["id"] == HOSTILE and line["url"].startswith("javascript:")
    assert "\u202e" in line["text"] and len(line["text"]) == 400_000


@pytest.mark.parametrize("fragment", ["", f"#doc={quote(OWLS, safe='')}", "#doc=none"])
@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1200, "dark")])
def test_it_fits_the_screen_and_keeps_the_rules_of_wcag(
    browser: Browser, report: Path, width: int, scheme: Any, fragment: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(report.as_uri() + fragment)
    page.wait_for_selector("#article .title" if fragment else "#documents tbody tr")
    found = Axe().run(page).response
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found["violations"]] == []
    assert len(found["passes"]) > 15
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_without_javascript_overview_table_and_strongest_documents_are_there(
    browser: Browser, report: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(report.as_uri())
    assert "6 of 21 documents" in page.locator("h1").inner_text()
    assert page.locator("noscript tbody tr").count() >= 21
    assert page.locator("noscript article[id^='doc=']").count() == 6
    page.goto(f"{report.as_uri()}#doc={quote(OWLS, safe='')}")
    expect(page.locator(f"[id='doc={OWLS}'] .title")).to_be_in_viewport()
    mark = page.locator(f"[id='doc={OWLS}'] ruby:not(.weak) mark").first
    page.locator(f"[id='doc={OWLS}']").get_by_label("de-spun").check()
    expect(mark).to_be_hidden()
    context.close()


def test_plain_pages_keep_the_rules_and_lead_back(
    browser: Browser, audit: Path, tmp_path: Path
) -> None:
    render_site(audit, tmp_path)
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(f"{(tmp_path / 'documents' / '00001.html').as_uri()}#doc={quote(OWLS, safe='')}")
    expect(page.locator(f"[id='doc={OWLS}'] .title")).to_be_in_viewport()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="Overview").click()
    page.wait_for_selector("#documents tbody tr")
    page.get_by_role("link", name="All documents as plain pages").click()
    expect(page.locator("h1")).to_contain_text("1 to 21 of 21")
    page.close()
