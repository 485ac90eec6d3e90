"""The report: what it is made of, its formats, and labels that come back. No browser here."""

import csv
import io
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chaffinch.cli.main import main
from chaffinch.detector.atomic import write_lines
from chaffinch.detector.audit.audit import run_audit
from chaffinch.detector.classifier import probability
from chaffinch.features.wording import visible
from chaffinch.reports.audit.data import AuditData, ReportError
from chaffinch.reports.audit.listing import Listing
from chaffinch.reports.audit.overview import general_reason, overview
from chaffinch.reports.formats import registry
from chaffinch.reports.html.article import COLUMNS, Mark, article, marked
from chaffinch.reports.html.charts import bars
from chaffinch.reports.html.contributions import waterfall
from chaffinch.reports.html.differences import compare
from chaffinch.reports.html.payload import pack_chunks
from chaffinch.reports.html.plain import article_markup
from chaffinch.reports.html.report import page, render

OWLS = "newswire-pr.example/barn-owls-breed-in-bell-tower.txt#0"
SOUP = "reposthub.example/leek-and-barley-soup.txt#0"


@pytest.fixture(scope="module")
def audit(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "audit"
    run_audit(examples, folder)
    return folder


def edited(audit: Path, folder: Path, change: Callable[[Any], Any]) -> Path:
    """A copy of an audit with one changed table of documents."""
    shutil.copytree(audit, folder)
    for file in (folder / "documents").glob("*.parquet"):
        pq.write_table(change(pq.read_table(file)), file)
    return folder


# --- Reading an audit -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        (None, "not the folder of an audit"),
        ('{"finished": false}', "not finished"),
        ("{", "damaged"),
        ('{"finished": true}', "missing or damaged"),
    ],
)
def test_what_is_not_a_finished_audit_is_refused(
    tmp_path: Path, manifest: str | None, message: str
) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(ReportError, match=message):
        render(tmp_path, tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_columns_that_an_audit_lacks_read_as_null(audit: Path, tmp_path: Path) -> None:
    dropped = ["cluster", "source_id", "similarity", "published", "text_digest"]
    older = edited(audit, tmp_path / "older", lambda table: table.drop_columns(dropped))
    read = AuditData(older)
    assert read.column("cluster") == [None] * read.n_rows
    assert "Barn owls" in page(read, Listing(read))


def test_rows_are_found_by_their_numbers(audit: Path) -> None:
    read = AuditData(audit)
    ids = read.column("id")
    assert [row["id"] for _, row in read.rows([3, 1], ["id"])] == [ids[1], ids[3]]


def test_a_repeated_id_names_its_first_document_and_the_others_get_their_place(
    audit: Path, tmp_path: Path
) -> None:
    def same(table: Any) -> Any:
        ids = table["id"].to_pylist()
        return table.set_column(0, "id", [[ids[0], ids[0], *ids[2:]]])

    read = AuditData(edited(audit, tmp_path / "same", same))
    listing = Listing(read)
    rows = dict(read.rows([0, 1], ["id", "path", "offset"]))
    assert listing.key(0, rows[0]) == rows[0]["id"]
    assert listing.key(1, rows[1]) == f"{rows[1]['path']}#{rows[1]['offset']}"


def test_what_a_page_says_otherwise_is_told_once(audit: Path) -> None:
    read = AuditData(audit)
    ((_, row),) = read.rows([0], COLUMNS)
    said = "the address says 'in bell tower', the headline 'successful doorbell tower'"
    item = {"start": None, "end": None, "signal": "echo", "weight": 1.0}
    facts = [
        {**item, "where": "title", "note": said, "text": said, "original": word}
        for word in ("in", "bell")
    ]
    told = article("owls", {**row, "evidence": facts}).page_says
    assert told.count(("title", said)) == 1
    assert not any("probably" in fact for _, fact in told)


# --- Texts with marks -------------------------------------------------------------------------

evidence = st.builds(
    lambda start, length, signal, original: {
        "start": start,
        "end": start + length,
        "signal": signal,
        "original": original,
        "note": "found",
        "weight": 2.0,
        "text": "x",
    },
    st.integers(0, 40),
    st.integers(0, 20),
    st.sampled_from(["substitutions", "residue", "agreement"]),
    st.sampled_from([None, "as"]),
)


def plain(pieces: Sequence[str | Mark]) -> str:
    return "".join(piece if isinstance(piece, str) else plain(piece.pieces) for piece in pieces)


@given(st.text(max_size=40), st.lists(evidence, max_size=12))
def test_marks_leave_the_text_as_it_is(text: str, items: list[dict[str, Any]]) -> None:
    assert plain(marked(text, items, spun=True)) == text


def test_a_mark_inside_another_one_is_its_part() -> None:
    line = {"start": 0, "end": 12, "signal": "residue", "original": None, "note": "scraper line"}
    word = {"start": 5, "end": 7, "signal": "substitutions", "original": "at", "note": "word"}
    items = [{**word, "weight": 2.0, "text": "in"}, {**line, "weight": 1.0, "text": ""}]
    (outer, rest) = marked("Read in here. More.", items, spun=True)
    assert isinstance(outer, Mark) and outer.group == "leftover" and rest == ". More."
    assert [piece if isinstance(piece, str) else piece.original for piece in outer.pieces] == [
        "Read ",
        "at",
        " here",
    ]


def test_a_place_that_two_signals_found_is_marked_once_as_the_replaced_word() -> None:
    echo = {"start": 0, "end": 2, "signal": "echo", "original": "at", "note": "other word"}
    word = {**echo, "signal": "substitutions", "original": "on", "note": "replaced word"}
    items = [{**one, "weight": 2.0, "text": "in"} for one in (echo, word)]
    (mark, rest) = marked("in here", items, spun=True)
    assert isinstance(mark, Mark) and (mark.group, mark.original) == ("replaced", "on")
    assert (mark.restored, mark.pieces, rest) == (True, ["in"], " here")
    (mark, _) = marked("in here", items[:1], spun=True)
    assert isinstance(mark, Mark) and (mark.group, mark.restored) == ("slip", False)


@given(st.text(max_size=60))
def test_visible_text_has_the_same_length_and_turns_no_direction(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b-\u200f\x00-\x08\x1b]", shown)


words = st.lists(st.sampled_from(["a", "b", "new", "dock", "\n"]), max_size=30).map(" ".join)


@given(words, words)
def test_changes_make_the_source_out_of_the_copy(copy: str, source: str) -> None:
    made, done = "", 0
    for change in compare(copy, source):
        made += copy[done : done + change.same] + change.source
        done += change.same + change.replaced
        assert change.replaced or change.source
    assert (made + copy[done:]).split() == source.split()


def test_changes_count_as_browsers_do() -> None:
    assert compare("\U0001f600 old", "\U0001f600 new") == [(2, 4, " new")]


# --- Numbers ----------------------------------------------------------------------------------


def test_the_bars_add_up_to_the_score(audit: Path) -> None:
    rows = AuditData(audit).rows(range(20), ["intercept", "reasons", "probability", "threshold"])
    scored = [row for _, row in rows if row["probability"] is not None]
    assert len(scored) == 16
    for row in scored:
        steps = waterfall(row["intercept"], row["reasons"], row["threshold"]).steps
        assert sum(step.amount for step in steps[:-1]) == pytest.approx(steps[-1].amount)
        assert probability(steps[-1].amount) == pytest.approx(row["probability"], rel=1e-12)
        for step in steps:
            assert step.left >= 0 and step.left + step.width <= 100.01


def test_the_overview_counts_every_document_once(audit: Path) -> None:
    read = AuditData(audit)
    found = overview(read)
    assert found.kinds == Counter(kind or "unreadable" for kind in read.column("kind"))
    flagged = sum(read.column("flagged"))
    scored = sum(probability is not None for probability in read.column("probability"))
    assert sum(found.probabilities) + sum(found.probabilities_flagged) == scored == 16
    assert sum(found.certainty.values()) == sum(found.probabilities_flagged) == flagged == 5
    assert sum(documents for _, documents, _ in found.periods) == found.dated
    assert found.dated == sum(bool(date) for date in read.column("published"))
    assert found.replaced[0][0] == ("successful", "in")
    assert dict(found.not_judged)["too short"] == 1


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (
            {"kind": None, "path": "b.txt", "error": "b.txt: not text (it is a PNG: see). Give"},
            "unreadable: not text",
        ),
        (
            {"kind": "unscorable", "unscorable": "The text is not English (it looks like X)."},
            "The text is not English",
        ),
    ],
)
def test_like_reasons_count_together(row: dict[str, Any], reason: str) -> None:
    assert general_reason({"error": None, **row}) == reason


def test_a_chart_says_in_words_what_it_shows_and_escapes_its_labels() -> None:
    chart = bars("Sites", [("<b>", 3, 2), ("clean", 1, 0)])
    assert 'aria-label="Sites. &lt;b&gt;: 3, 2 flagged; clean: 1"' in chart
    assert "<b>" not in chart


def test_packed_texts_stop_before_they_are_too_many() -> None:
    values = [f"{number}" * 50 for number in range(40)]
    all_of_them = list(pack_chunks(values, 10, 10**6))
    assert len(all_of_them) == 4
    most = sum(map(len, all_of_them[:2])) + 1
    assert list(pack_chunks(values, 10, most)) == all_of_them[:2]


# --- Copies -----------------------------------------------------------------------------------


def test_a_copy_knows_its_source_and_its_cluster(audit: Path) -> None:
    read = AuditData(audit)
    number = read.column("id").index(SOUP)
    listing = Listing(read)
    related, count = listing.related(number)
    assert count == 1 and related[0].is_source
    assert related[0].key == "larkfield-kitchen.example/leek-and-barley-soup.txt#0"
    assert listing.source_of[number] == related[0].number
    ((_, row),) = read.rows([number], COLUMNS)
    assert article(SOUP, row, source_text=row["text"]).changes == []


def test_a_source_outside_the_crawl_is_named_without_its_text(audit: Path, tmp_path: Path) -> None:
    read = AuditData(audit)
    number = read.column("id").index(OWLS)
    ((_, row),) = read.rows([number], COLUMNS)
    one = article(OWLS, {**row, "copied": True, "source_id": "index:7", "similarity": 0.83})
    html = article_markup(one, number, lambda other: "")
    assert "83.0 % alike" in html and "index:7" in html
    assert one.changes is None


# --- One file, and a folder of pages ------------------------------------------------------------


def test_the_page_allows_nothing_but_its_own_style_and_script(audit: Path, tmp_path: Path) -> None:
    render(audit, tmp_path / "report.html")
    html = (tmp_path / "report.html").read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy and policy[1].startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy[1]
    assert not re.search(r'(?:src|href)="(?!#)', html)
    assert not re.search(r'\s(?:style|on\w+)="', html)


def test_the_site_has_every_document_and_no_script(audit: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["report", str(audit), "--site", str(tmp_path / "site")])
    assert done.exit_code == 0, done.output
    html = (tmp_path / "site" / "documents" / "00001.html").read_text("utf-8")
    assert all(f'id="doc={key}"' in html for key in AuditData(audit).column("id"))
    assert "<script" not in html
    assert html.count("<article") == 6
    sites = (tmp_path / "site" / "sites" / "00001.html").read_text("utf-8")
    assert 'id="about=newswire-pr.example"' in sites and "<script" not in sites
    assert 'href="00001.html#about=harbour-gazette.example"' in sites
    assert 'href="../documents/00001.html#doc=newswire-pr.example' in sites
    assert 'href="documents/00001.html"' in (tmp_path / "site" / "index.html").read_text("utf-8")


def test_pages_of_a_site_are_linked(
    audit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chaffinch.reports.html import site

    monkeypatch.setattr(site, "PAGE_ROWS", 7)
    site.render_site(audit, tmp_path)
    names = sorted(path.name for path in (tmp_path / "documents").iterdir())
    assert names == ["00001.html", "00002.html", "00003.html"]
    second = (tmp_path / "documents" / "00002.html").read_text("utf-8")
    assert 'href="00001.html" rel="prev"' in second and 'href="00003.html" rel="next"' in second
    third = (tmp_path / "documents" / "00003.html").read_text("utf-8")
    source = "larkfield-kitchen.example%2Fleek-and-barley-soup.txt%230"
    assert f'href="00002.html#doc={source}"' in third


def test_the_report_says_what_was_audited_when_and_by_what(audit: Path) -> None:
    read = AuditData(audit)
    html = page(read, Listing(read))
    versions = [f"{name} {version}" for name, version in read.manifest["versions"].items()]
    day = f"{read.finished:%d %B %Y}"
    digest = read.manifest["model"]["digest"][:8]
    for fact in (read.manifest["crawl"], day, f"bundled {digest}", *versions):
        assert fact in html


def test_the_report_of_one_document_is_that_document(examples: Path, tmp_path: Path) -> None:
    spun = examples / OWLS.removesuffix("#0")
    run_audit(spun, tmp_path / "audit")
    render(tmp_path / "audit", tmp_path / "report.html")
    html = (tmp_path / "report.html").read_text("utf-8")
    assert "<h1>Spun: almost certainly a low-quality republication</h1>" in html
    assert html.count("<article") == 1 and f'id="doc={spun.name}#0"' in html
    assert "<script" not in html and "tiles" not in html.partition("</style>")[2]
    done = CliRunner().invoke(main, ["report", str(tmp_path / "audit"), "--format", "md"])
    assert "1 of 1 document flagged" in done.stdout


# --- Formats ------------------------------------------------------------------------------------


def test_a_format_is_a_file_and_a_line() -> None:
    files = {path.stem for path in Path(registry.__file__).parent.glob("*.py")}
    assert files - {"registry"} == set(registry.FORMATS)
    assert all(any(one) for one in registry.FORMATS.values())


# --- Summaries and the command ------------------------------------------------------------------


def test_the_summary_as_json_has_the_counts_and_the_strongest(audit: Path) -> None:
    done = CliRunner().invoke(main, ["report", str(audit), "--format", "json"])
    found = json.loads(done.stdout)
    assert (found["documents"], found["flagged"], found["errors"]) == (20, 5, 2)
    assert len(found["strongest"]) == 5
    assert OWLS in {one["id"] for one in found["strongest"][:3]}
    assert found["sites"][0]["site"] in {"newswire-pr.example", "reposthub.example"}


def test_the_summary_as_csv_lists_the_strongest(audit: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        main, ["report", str(audit), "--format", "csv", "-o", str(tmp_path / "a.csv")]
    )
    assert done.exit_code == 0
    rows = list(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text("utf-8"))))
    assert sorted(row["kind"] for row in rows) == ["scraped", "scraped", "spun", "spun", "spun"]
    likely = [float(row["probability"]) for row in rows]
    assert likely == sorted(likely, reverse=True)


def test_markup_in_a_title_does_nothing_in_the_markdown_summary(
    audit: Path, tmp_path: Path
) -> None:
    hostile = "a | b ![x](https://t.example/x.png) <img src=x> `[y](javascript:z)` @all\n# h"

    def retitle(table: Any) -> Any:
        place = table.schema.get_field_index("title")
        return table.set_column(place, "title", [[hostile] * table.num_rows])

    folder = edited(audit, tmp_path / "hostile", retitle)
    done = CliRunner().invoke(main, ["report", str(folder), "--format", "md"])
    html = MarkdownIt("commonmark", {"html": True}).enable("table").render(done.stdout)
    assert html.count("<table>") == 5
    assert not re.search(r"<img|<a |<h1", html)
    assert "@all" not in re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "-o"),
        (["-o", "a.html", "--site", "b"], "-o"),
        (["--format", "md", "--site", "b"], "html alone"),
    ],
)
def test_wrong_usage_is_said(audit: Path, arguments: list[str], message: str) -> None:
    done = CliRunner().invoke(main, ["report", str(audit), *arguments])
    assert done.exit_code == 2 and message in done.output


def test_a_file_that_cannot_be_written_is_named(audit: Path, tmp_path: Path) -> None:
    output = tmp_path / "no folder" / "report.html"
    done = CliRunner().invoke(main, ["report", str(audit), "-o", str(output)])
    assert done.exit_code == 1 and f"{output} cannot be written" in done.output


def test_a_report_that_finds_no_room_leaves_the_one_before(
    audit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "report.html"
    output.write_text("the one before")

    def no_room(path: Path, *_: object, **__: object) -> None:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "open", no_room)
    with pytest.raises(OSError, match="No space left") as full:
        write_lines(output, ["text"])
    monkeypatch.undo()
    assert full.value.filename == str(output)
    assert output.read_text() == "the one before" and list(tmp_path.iterdir()) == [output]
