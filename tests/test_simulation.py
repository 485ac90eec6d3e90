"""What training documents are made of: the text and the title of spun copies."""

from chaffinch.datasets.spinners.neighbour import NeighbourSpinner
from chaffinch.detector.training.corpora import CleanText
from chaffinch.detector.training.simulation import simulate

WRITTEN = ("ferry", "congress", "haven")


def source(number: int) -> CleanText:
    lines = [
        f"The council of town {number} voted to bring back the harbour road." for _ in range(9)
    ]
    title = f"Town {number} will bring back the harbour road" if number % 2 else ""
    return CleanText("news", str(number), "news", title, "\n".join(lines), "training")


SOURCES = [source(number) for number in range(300)]
SPINNER = NeighbourSpinner({"road": ["ferry"], "council": ["congress"], "harbour": ["haven"]})
COPIES = [
    one
    for one in simulate(SOURCES, {"neighbour": [SPINNER]}, (), ("newspaper",), 0, 0.0)
    if one.family == "neighbour"
]


def test_a_spun_title_stands_beside_the_address_of_the_first_one() -> None:
    pages = [one.document for one in COPIES if one.document.metadata and one.document.title]
    spun = [page for page in pages if any(word in page.title for word in WRITTEN)]
    assert 0.1 < len(spun) / len(pages) < 0.6
    addresses = [page.url for page in pages if "-harbour-" in page.url or "-haven-" in page.url]
    assert addresses
    assert not any(word in address for word in WRITTEN for address in addresses)


def test_every_spun_copy_has_replaced_words_in_its_text() -> None:
    assert all(any(word in one.document.text for word in WRITTEN) for one in COPIES)
