"""The benchmark of sites: how farms and honest sites are counted."""

from sites import tables

from chaffinch.detector.training.simulated_sites import SiteTruth


def test_farms_are_grouped_by_their_flagged_pages_and_wrong_sites_are_named() -> None:
    truth = [
        SiteTruth("a.example", True, "moby", 20),
        SiteTruth("b.example", True, "copies", 20),
        SiteTruth("c.example", False, "blog", 20),
        SiteTruth("d.example", False, "kind: verse", 20),
        SiteTruth("unread.example", False, "blog", 20),
    ]

    def row(site: str, flagged: int, low: float, verdict: str) -> dict[str, object]:
        share = {"share_low": low, "share_high": low + 0.2, "verdict": verdict}
        return {"site": site, "flagged": flagged, "scored": 20, **share}

    lines = [
        *tables(
            [
                row("a.example", 5, 0.1, "farm"),
                row("b.example", 20, 0.8, "farm"),
                row("c.example", 0, 0.0, "clean"),
                row("d.example", 1, 0.0, "farm"),
            ],
            truth,
        )
    ]
    assert [line.split() for line in lines[1:4]] == [
        ["0%", "to", "10%", "0", "-", "-"],
        ["10%", "to", "50%", "1", "100%", "0%"],
        ["50%", "to", "100%", "1", "100%", "100%"],
    ]
    assert lines[4].startswith("honest sites taken for farms: 1 of 2") and lines[5:] == [
        "  kind: verse"
    ]
