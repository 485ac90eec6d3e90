"""A site as evidence: what its pages say together, and what no number of pages can say."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.detector.audit.audit import run_audit
from chaffinch.detector.audit.schema import row_schema
from chaffinch.detector.audit.sites import counting
from chaffinch.detector.audit.sites.counting import count_addresses
from chaffinch.detector.audit.sites.evidence import (
    CHANNELS,
    Pooled,
    pooled,
    site_pages,
    with_evidence,
)
from chaffinch.detector.audit.sites.model import (
    ChannelTerm,
    SiteModel,
    deviations,
    score,
    site_model,
)
from chaffinch.detector.training.sites import (
    LabelledSites,
    fit_site_model,
    honest_terms,
    stated,
    tail_limit,
)
from chaffinch.features.registry import FEATURE_NAMES, SIGNALS, names_of, signals_that_find

SCHEMA = row_schema(FEATURE_NAMES)
NAMES = [channel.name for channel in CHANNELS]
(REPLACING,) = signals_that_find("replaced words")
(ORIGINS,) = signals_that_find("origins")
LINES = min(signals_that_find("leftover lines"))
OTHER = names_of("other origin")[0]


def odd(text: str, original: str, weight: float = 2.0) -> dict[str, Any]:
    return {"signal": REPLACING, "text": text, "original": original, "weight": weight}


def line(text: str) -> dict[str, Any]:
    return {"signal": LINES, "text": text, "original": None, "weight": 1.0}


def name(note: str) -> dict[str, Any]:
    return {"signal": ORIGINS, "text": "", "original": None, "weight": 1.0, "note": note}


def page(
    *evidence: dict[str, Any], adds: dict[str, float] | None = None, **stated: Any
) -> dict[str, Any]:
    foreign = any(item["signal"] == ORIGINS for item in evidence)
    return {
        "status": "scored",
        "flagged": False,
        "threshold": 0.5,
        "intercept": -5.0,
        "copied": False,
        "reasons": [
            {"signal": signal, "contribution": value} for signal, value in (adds or {}).items()
        ],
        "evidence": evidence,
        "features": {feature: float(foreign and feature == OTHER) for feature in FEATURE_NAMES},
        **stated,
    }


def rows_of(pages: list[dict[str, Any]], site: str = "a.example") -> pa.Table:
    rows = [
        {"id": f"{number}", "site": site, "url": f"https://{site}/{number}", **one}
        for number, one in enumerate(pages)
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def pool(pages: list[dict[str, Any]]) -> Pooled:
    counts = count_addresses(with_evidence(rows_of(pages)))
    return pooled(site_pages(counts.filter(pa.compute.is_valid(counts["page"]))))


def means(pages: list[dict[str, Any]]) -> dict[str, float]:
    return dict(zip(NAMES, pool(pages).values.mean(0).tolist(), strict=True))


def test_each_sort_of_signal_adds_to_its_channel() -> None:
    sorts = {"replaced words": "words", "slips": "errors", "leftover lines": "lines"}
    sorts["origins"] = "origins"
    for signal in SIGNALS:
        found = means([page(adds={signal.name: 2.0}), page()])
        assert {name: value for name, value in found.items() if value} == {sorts[signal.finds]: 1.0}


def test_what_all_pages_share_is_no_different_evidence() -> None:
    subject = [odd("beryllium", "be"), odd("cricket", "game"), odd("pitch", "field")]
    assert means([page(*subject)] * 30)["pairs"] == 0
    spun = [page(*subject, odd(f"odd{number}", "plain")) for number in range(30)]
    assert means(spun)["pairs"] == 2.0


@pytest.mark.parametrize(
    ("names", "credited"),
    [
        (["dateline of Reuters", "dateline of AP", "dateline of AFP"] * 5, 0.0),
        ([f"signed Reporter {letter}, posted by another" for letter in "abcdefghij"], 0.7),
        (["dated 2022-01-18, published 2022-06-01", "dated 2021-03-02, published 2022-06-01"], 0.0),
    ],
)
def test_a_few_agencies_are_a_contract_and_many_names_are_none(
    names: list[str], credited: float
) -> None:
    assert means([page(name(one)) for one in names])["credits"] == pytest.approx(credited)


def test_copies_of_many_owners_count_and_those_of_three_do_not() -> None:
    def copies(owners: int) -> list[dict[str, Any]]:
        return [
            page(copied=True, source_site=f"s{number % owners}.example") for number in range(12)
        ]

    assert means(copies(3))["copies"] == 0
    assert means(copies(12))["copies"] == 0.75
    own = [page(copied=True, source_site="a.example")] * 12
    assert means(own)["copies"] == 0


def test_a_counter_on_every_page_flags_no_site() -> None:
    counter = {LINES: 3.0, REPLACING: 2.5}
    assert means([page(adds=counter, flagged=True)] * 20)["flagged"] == 0
    assert means([page(adds={LINES: 6.0}, flagged=True)] * 20)["flagged"] == 1
    assert means([page(adds={REPLACING: 6.0}, flagged=True)] * 20)["flagged"] == 1


def test_examples_name_what_is_commonest_with_its_pages() -> None:
    pages = [page(line(f"{number} months ago {number}"), odd("astir", "about")) for number in "123"]
    found = dict(zip(NAMES, pool(pages).examples, strict=True))
    assert found["lines"] == [("N months ago N", 3)]
    assert found["words"] == [("astir > about", 3)]


def test_pages_that_seem_to_be_its_own_are_counted() -> None:
    pages = [
        page(flagged=True),
        page(copied=True, source_site="b.example"),
        page(name("canonical link: b.example")),
        page(),
        page(),
    ]
    assert pool(pages).original == pytest.approx(0.4)


MODEL = SiteModel(
    tuple(ChannelTerm(0.1, 0.5, 0.2, weight) for weight in np.linspace(0.1, 0.8, len(NAMES))),
    -4.0,
    0.1,
    0.5,
)
values = st.integers(1, 60).flatmap(
    lambda n: st.lists(
        st.lists(st.floats(0, 8), min_size=len(NAMES), max_size=len(NAMES)), min_size=n, max_size=n
    ).map(np.array)
)


@given(values)
def test_contributions_add_up_to_the_log_odds_and_none_is_negative(found: Any) -> None:
    scored = score(found, MODEL)
    log_odds = MODEL.intercept + scored.contributions.sum()
    assert scored.probability == pytest.approx(1 / (1 + math.exp(-log_odds)))
    assert (scored.contributions >= 0).all()
    assert scored.low <= scored.probability <= scored.high


def test_more_pages_make_surer() -> None:
    rng = np.random.default_rng(0)
    drawn = rng.exponential(0.2, (400, len(NAMES)))
    widths = [score(drawn[:n], MODEL) for n in (4, 20, 100, 400)]
    spans = [one.high - one.low for one in widths]
    assert spans == sorted(spans, reverse=True)


def test_no_number_of_pages_makes_a_house_style_convict() -> None:
    """Honest sites differ by 0.2: twice that is no proof, on 20 pages or on 20,000."""
    style = np.full((1, len(NAMES)), 0.1)
    style[:, 0] += 0.4
    found = [float(deviations(np.repeat(style, n, axis=0), MODEL.terms)[0]) for n in (20, 20_000)]
    assert found[0] < found[1] <= 2.0001


def test_two_pages_are_not_enough_whatever_they_say() -> None:
    worst = np.tile([channel.most for channel in CHANNELS], (2, 1))
    assert (
        score(worst, site_model()).probability
        < score(np.repeat(worst, 10, axis=0), site_model()).probability
    )


def test_the_spread_of_honest_sites_is_found_again() -> None:
    rng = np.random.default_rng(1)
    sites = [
        0.5 + rng.normal(0, 0.3, (1, 3)) + rng.normal(0, 1.0, (int(rng.integers(5, 60)), 3))
        for _ in range(800)
    ]
    for term in honest_terms(sites):
        assert term.mean == pytest.approx(0.5, abs=0.05)
        assert term.within == pytest.approx(1.0, abs=0.05)
        assert term.between == pytest.approx(0.3, abs=0.05)


def test_a_model_fitted_to_sites_tells_them_apart() -> None:
    rng = np.random.default_rng(2)
    farms = np.arange(120) % 2 == 0
    drawn = [rng.exponential(0.1 + 0.4 * farm, (15, len(NAMES))) for farm in farms]
    model = fit_site_model(LabelledSites(drawn, farms))
    assert all(term.weight >= 0 for term in model.terms)
    over = np.array([score(one, model).probability >= model.threshold for one in drawn])
    assert over[farms].mean() > 0.9 and over[~farms].mean() <= 0.02
    assert stated(model)["channels"].keys() == set(NAMES)


def test_a_site_of_an_audit_has_its_probability_with_reasons(
    examples: Path, tmp_path: Path
) -> None:
    run_audit(examples, tmp_path)
    rows = {row["site"]: row for row in pq.read_table(tmp_path / "sites.parquet").to_pylist()}
    farm, paper = rows["reposthub.example"], rows["harbour-gazette.example"]
    assert farm["probability"] > 0.1 > paper["probability"]
    for row in (farm, paper):
        added = sum(one["contribution"] for one in row["evidence"])
        log_odds = math.log(row["probability"] / (1 - row["probability"]))
        assert added + row["intercept"] == pytest.approx(log_odds)
        assert row["probability_low"] < row["probability"] < row["probability_high"]
        assert row["pages_pooled"] == row["scored"]
    assert rows[""]["probability"] is None and rows[""]["verdict"] == "too few pages"
    order = [row["probability"] or 0.0 for row in rows.values()]
    assert order == sorted(order, reverse=True)


def test_the_pages_that_are_pooled_do_not_depend_on_the_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counting, "SAMPLE", 5)
    table = rows_of([page(adds={REPLACING: float(number)}) for number in range(40)])
    drawn = []
    for shown in (table, table.take(list(range(39, -1, -1)))):
        counts = count_addresses(with_evidence(shown))
        drawn.append(counts.filter(pa.compute.is_valid(counts["page"])).sort_by("page"))
    assert drawn[0].num_rows == 5
    assert drawn[0].equals(drawn[1])


def test_the_threshold_is_read_off_the_tail_of_honest_scores() -> None:
    scores = np.random.default_rng(3).exponential(2.0, 5000)
    # Of exponential scores one in 2,000 is over the mean times log(2000).
    assert tail_limit(scores) == pytest.approx(2.0 * np.log(2000), rel=0.1)
    assert tail_limit(scores[:250]) > scores[:250].max()
