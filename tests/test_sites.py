"""Sites as a whole: what counts as a document, how sure a share is, and whom a user trusts."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.audit.schema import row_schema
from chaffinch.detector.audit.sites import sites
from chaffinch.detector.audit.sites.counting import count_addresses
from chaffinch.detector.audit.sites.evidence import with_evidence
from chaffinch.detector.audit.sites.rows import site_rows, site_verdict, wilson_interval
from chaffinch.detector.audit.sites.tasks import AddUp, CountAddresses, SortByAddress
from chaffinch.detector.audit.trusted import TrustedSites, TrustedSitesError, read_trusted
from chaffinch.features.registry import FEATURE_NAMES
from chaffinch.reports.audit.sites import blocked

SCHEMA = pa.schema(
    [
        row_schema(FEATURE_NAMES).field(name)
        for name in (
            *("id", "site", "url", "captured", "status", "kind", "flagged", "probability"),
            *("threshold", "intercept", "copied", "source_id", "source_site"),
            *("reasons", "evidence", "features"),
        )
    ]
)


def row(number: int, **stated: Any) -> dict[str, Any]:
    """A clean page of a site, with what is stated in place."""
    url = f"https://a.example/{number}"
    page = {"id": f"{number:03d}", "site": "a.example", "url": url, "status": "scored"}
    judged = {"kind": "original", "flagged": False, "threshold": 0.5, "intercept": -5.0}
    return {**page, **judged, "copied": False, **stated}


def flagged(number: int, probability: float = 0.9, **stated: Any) -> dict[str, Any]:
    return row(number, flagged=True, kind="spun", probability=probability, **stated)


def counted(rows: list[dict[str, Any]], *trusted: str) -> list[dict[str, Any]]:
    counts = count_addresses(with_evidence(pa.Table.from_pylist(rows, SCHEMA)))
    table = site_rows(counts.select, TrustedSites(frozenset(trusted)))
    found: list[dict[str, Any]] = sorted(table.to_pylist(), key=lambda site: site["site"])
    return found


@pytest.mark.parametrize(
    ("hits", "scored", "verdict"),
    [
        (3, 3, "too few pages"),
        (2, 3, "too few pages"),
        (10, 10, "farm"),
        (900, 3000, "mixed"),
        (1500, 3000, "farm"),
        (0, 3, "too few pages"),
        (0, 3000, "clean"),
    ],
)
def test_a_site_with_three_pages_is_not_judged_like_one_with_three_thousand(
    hits: int, scored: int, verdict: str
) -> None:
    assert site_verdict(*wilson_interval(hits, scored)) == verdict


@pytest.mark.parametrize(("hits", "scored"), [(0, 3), (3, 3), (1, 4), (7, 50), (900, 3000)])
def test_the_interval_of_a_share_is_that_of_scipy(hits: int, scored: int) -> None:
    bounds = binomtest(hits, scored).proportion_ci(0.95, "wilson")
    assert wilson_interval(hits, scored) == pytest.approx((bounds.low, bounds.high), abs=1e-4)


def test_captures_of_one_address_are_one_document_as_it_last_was() -> None:
    address = "https://a.example/page"
    (site,) = counted(
        [
            row(1, url=address, captured="2024-03-01"),
            flagged(2, url=address, captured="2024-01-01"),
            row(3, url=address, captured="2024-05-01", status="unscorable", kind="unscorable"),
            flagged(4),
        ]
    )
    assert (site["documents"], site["scored"], site["flagged"]) == (2, 2, 1)
    assert site["examples"] == ["004"]


def test_all_addresses_of_a_page_are_one_document(tmp_path: Path) -> None:
    shown = (
        "https://www.a.example/page?utm_source=b",
        "http://a.example/page#top",
        "https://web.archive.org/web/20240502/https://a.example/page",
        "https://www.google.com/amp/s/amp.a.example/page",
        "https://a-example.translate.goog/page?_x_tr_sl=en",
        "https://a.example/another",
    )
    rows = [row(number, url=url) for number, url in enumerate(shown)]
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), tmp_path / "part")
    SortByAddress(tmp_path / "sorted", (tmp_path / "part",), 1).write()
    CountAddresses(tmp_path / "counted", (tmp_path / "sorted",), 0, 1).write()
    AddUp(tmp_path / "sites", (tmp_path / "counted",), 0, TrustedSites()).write()
    assert pq.read_table(tmp_path / "sites")["documents"].to_pylist() == [2]


def test_rows_without_an_address_are_documents_of_their_own() -> None:
    (site,) = counted([row(1, url="", site=""), row(2, url=None, site=""), flagged(3, url="")] * 2)[
        :1
    ]
    assert (site["site"], site["documents"], site["flagged"]) == ("", 4, 0)


def test_a_page_that_could_not_be_read_is_no_page_that_was_found_clean() -> None:
    (site,) = counted([row(1, status="error", kind=None), flagged(2), flagged(3)])
    assert (site["documents"], site["scored"], site["share_flagged"]) == (3, 2, 1.0)


def test_a_site_names_its_main_sources_and_its_strongest_examples() -> None:
    def copy(number: int, source: str, site: str | None) -> dict[str, Any]:
        return row(number, copied=True, source_id=source, source_site=site)

    (site,) = counted(
        [
            *(copy(number, f"b{number}", "b.example") for number in range(2)),
            *(copy(number, f"c{number}", "c.example") for number in range(2, 5)),
            copy(5, "book 7", None),
            copy(6, "book 8", ""),
            row(7),
            flagged(8, 0.8),
            flagged(9, 0.95),
        ]
    )
    assert (site["copied"], site["share_copied"]) == (7, 0.7)
    assert site["main_sources"] == [
        {"source": "c.example", "documents": 3},
        {"source": "b.example", "documents": 2},
        {"source": "book 7", "documents": 1},
    ]
    assert site["examples"] == ["009", "008", "000"]


def test_a_trusted_site_is_counted_and_not_judged() -> None:
    rows = [flagged(number) for number in range(20)]
    rows += [flagged(number, site="news.b.example") for number in range(20, 40)]
    found = counted(rows, "b.example")
    assert [(site["site"], site["verdict"], site["flagged"]) for site in found] == [
        ("a.example", "farm", 20),
        ("news.b.example", "trusted", 20),
    ]


pages = st.builds(
    row,
    st.integers(0, 9),
    site=st.sampled_from(["a.example", "b.example", "", "c.example"]),
    captured=st.sampled_from([None, "2024-01-01", "2024-02-01"]),
    flagged=st.booleans(),
    kind=st.sampled_from(["spun", "scraped"]),
    probability=st.sampled_from([None, 0.5, 0.9]),
    copied=st.booleans(),
    source_site=st.sampled_from([None, "b.example", "d.example"]),
    source_id=st.sampled_from(["s", "t"]),
)


@given(st.lists(pages, min_size=1, max_size=40), st.integers(1, 5), st.integers(1, 7))
def test_files_and_buckets_do_not_matter(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[dict[str, Any]],
    buckets: int,
    size: int,
) -> None:
    folder = tmp_path_factory.mktemp("sites")
    files = []
    for first in range(0, len(rows), size):
        part, sorted_part = folder / f"{first:03d}.parquet", folder / f"sorted-{first:03d}.parquet"
        pq.write_table(pa.Table.from_pylist(rows[first : first + size], SCHEMA), part)
        SortByAddress(sorted_part, (part,), buckets).write()
        files.append(sorted_part)
    counts = [folder / f"{bucket}.counted" for bucket in range(buckets)]
    for bucket, file in enumerate(counts):
        CountAddresses(file, tuple(files), bucket, buckets).write()
    found: list[dict[str, Any]] = []
    for bucket in range(buckets):
        task = AddUp(folder / f"{bucket}.sites", tuple(counts), bucket, TrustedSites())
        task.write()
        found += pq.read_table(task.target).to_pylist()
    assert sorted(found, key=lambda site: site["site"]) == counted(rows)


def test_a_large_site_is_shared_out_and_captures_of_one_page_are_not_kept(tmp_path: Path) -> None:
    rows = [row(number) for number in range(400)]
    rows += [row(0, captured=f"2024-01-01T{hour:02d}") for hour in range(24)]
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), tmp_path / "part.parquet")
    SortByAddress(tmp_path / "sorted.parquet", (tmp_path / "part.parquet",), 4).write()
    held = pq.ParquetFile(tmp_path / "sorted.parquet").metadata
    sizes = [held.row_group(bucket).num_rows for bucket in range(4)]
    assert sum(sizes) == 400 and max(sizes) < 150


def test_an_audit_of_many_buckets_says_the_same(
    examples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run_audit(examples, tmp_path / "one")
    monkeypatch.setattr(sites, "_MIN_ROWS", 2)
    assert run_audit(examples, tmp_path / "many") == first
    one, many = (pq.read_table(tmp_path / name / "sites.parquet") for name in ("one", "many"))
    assert one.equals(many) and one.num_rows == 9
    assert not [*(tmp_path / "many" / ".work").glob("sites-*")]


def test_a_crawl_without_a_document_has_no_sites(tmp_path: Path) -> None:
    (tmp_path / "crawl").mkdir()
    manifest = run_audit(tmp_path / "crawl", tmp_path / "out")
    assert (manifest["documents"], manifest["finished"]) == (0, True)
    assert pq.read_table(tmp_path / "out" / "sites.parquet").num_rows == 0


def test_what_is_trusted_is_the_source_and_the_last_stage_alone_is_done_again(
    examples: Path, tmp_path: Path
) -> None:
    def copied(word: str) -> dict[str, str]:
        """Site of each copy whose address has a word, and of its source."""
        columns = ["site", "url", "source_site", "copied"]
        rows = pq.read_table(tmp_path / "documents", columns=columns).to_pylist()
        copies = [one for one in rows if one["copied"] and word in one["url"]]
        return {one["site"]: one["source_site"] for one in copies}

    run_audit(examples, tmp_path)
    shards = sorted((tmp_path / ".work").glob("*.parquet"))
    assert copied("soup") == {"reposthub.example": "larkfield-kitchen.example"}
    farms = ("dailyspin.example", "newswire-pr.example", "reposthub.example")
    assert copied("ferry") == dict.fromkeys(farms, "harbour-gazette.example")
    trusted = TrustedSites(frozenset({"reposthub.example"}))
    manifest = run_audit(examples, tmp_path, AuditOptions(trusted=trusted))
    assert copied("soup") == {"larkfield-kitchen.example": "reposthub.example"}
    others = ("dailyspin.example", "newswire-pr.example", "harbour-gazette.example")
    assert copied("ferry") == dict.fromkeys(others, "reposthub.example")
    assert manifest["trusted"] == ["reposthub.example"]
    assert sorted((tmp_path / ".work").glob("*.parquet")) == shards
    found = pq.read_table(tmp_path / "sites.parquet", columns=["site", "verdict", "flagged"])
    verdicts = {site["site"]: (site["verdict"], site["flagged"]) for site in found.to_pylist()}
    assert verdicts["reposthub.example"] == ("trusted", 2)


def test_a_list_of_trusted_sites_may_hold_hosts_patterns_addresses_and_notes(
    tmp_path: Path,
) -> None:
    file = tmp_path / "trusted.txt"
    file.write_text(
        "\ufeffPaper.example  # the paper\n\n# wires\n*.wire.example\nhttps://www.blog.example/a\n"
    )
    trusted = read_trusted(file)
    assert trusted.hosts == {"paper.example", "wire.example", "blog.example"}
    assert trusted.hold("news.paper.example") and trusted.hold("blog.example")
    assert not trusted.hold("newspaper.example") and not trusted.hold("")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"paper.example\nnot a host\n", "line 2: not a host"),
        (b"https://[broken\n", "line 1: not a host"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_with_the_place(
    tmp_path: Path, content: bytes, said: str
) -> None:
    file = tmp_path / "trusted.txt"
    file.write_bytes(content)
    with pytest.raises(TrustedSitesError, match=said):
        read_trusted(file)


@pytest.mark.parametrize(
    ("sites", "listed"),
    [
        (["bad spam.example"], ["spam.example"]),
        (["bad www2.spam.example"], ["spam.example"]),
        (["bad a.spam.example", "bad b.spam.example"], ["spam.example"]),
        (["bad a.shop.example", "good b.shop.example"], ["a.shop.example"]),
        (["bad a.shop.example", "unjudged b.shop.example"], ["shop.example"]),
        (["bad a.wordpress.com", "good b.wordpress.com"], ["a.wordpress.com"]),
        (["bad a.paper.example", "trusted paper.example"], ["a.paper.example"]),
        (["bad 10.0.0.1", "bad ", "good fine.example", "trusted paper.example"], ["10.0.0.1"]),
    ],
)
def test_a_blocklist_names_domains_and_spares_the_rest_of_one(
    sites: list[str], listed: list[str]
) -> None:
    rows = []
    for state, _, host in (site.partition(" ") for site in sites):
        low = {"bad": 0.7, "trusted": 0.9}.get(state, 0.1)
        verdict = "trusted" if state == "trusted" else "mixed"
        scored = 0 if state == "unjudged" else 10
        rows.append({"site": host, "probability": low, "verdict": verdict, "scored": scored})
    assert list(blocked(rows, 0.5)) == listed
