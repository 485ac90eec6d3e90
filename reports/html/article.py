"""One document as a report shows it: marked text, reasons, facts, its source and other copies."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chaffinch.detector.despinning import MIN_GAIN, cased
from chaffinch.features.registry import SIGNALS, signals_that_find
from chaffinch.features.wording import counted, visible
from chaffinch.reports.audit.lines import Related
from chaffinch.reports.certainty import in_words, label, likelihood
from chaffinch.reports.html.contributions import Waterfall, waterfall
from chaffinch.reports.html.differences import WordChange, compare

MAX_CHARACTERS = 40_000
"""Characters of a text that are shown; an article says how many are left out."""

COLUMNS = (
    "id",
    "title",
    "site",
    "url",
    "stated_url",
    "path",
    "published",
    "kind",
    "flagged",
    "probability",
    "threshold",
    "intercept",
    "readers",
    "reasons",
    "evidence",
    "unscorable",
    "error",
    "copied",
    "source_id",
    "similarity",
    "copied_by",
    "same_sentences",
    "text",
    "metadata",
)
"""Columns of an audit's rows that `article` reads."""

_READ_TWICE = " The second reader read it as well."
"""What is said of a text that left doubt."""

_MAX_TITLE = 300
"""Characters of a title; our choice: longer ones push the text off the screen."""

_MAX_FACTS = 8
"""Facts that are listed of the page, and of the text; our choice."""

_MAX_FACT = 200
"""Characters of a fact; our choice: three lines."""

_DEEPEST = 3
"""Marks within each other; our choice: deeper ones cannot be told apart by eye."""

_LEFTOVER = {
    signal.name for signal in SIGNALS if any(one.group == "scraped" for one in signal.features)
}
_REPLACING = signals_that_find("replaced words")
_TEXT_FACTS = signals_that_find("origins") | signals_that_find("leftover lines")


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked place in a text.

    Attributes:
        group: ``replaced`` (a word), ``leftover`` (residue, counters, credits) or ``slip``
            (what a careful writer would not write).
        label: What was found, in a word or two.
        original: The probable original, or None.
        restored: Whether ``chaffinch despin`` puts the original back.
        pieces: The text inside.
    """

    group: str
    label: str
    original: str | None
    restored: bool
    pieces: "list[str | Mark]"


@dataclass(frozen=True, slots=True)
class Article:
    """What the template ``article.html.j2`` shows.

    Attributes:
        key: Its id, or path and offset where the id is not its own alone.
        title: Title, or the key.
        label: The verdict in a word or two (`chaffinch.reports.certainty.label`).
        likelihood: How likely it is a republication, or "".
        row: The audit's row, its short texts made visible.
        meaning: The verdict in words.
        score: The contributions as bars; None for what was not judged.
        page_says: Facts from the page's address and markup: what, and its value.
        text_says: Facts from the text.
        pieces: The text with its marks.
        legend: How many marks of which group and label there are.
        restored: Whether some replaced words are put back in the de-spun text.
        unsure: Whether some are not.
        left_out: Characters that are not shown.
        hidden: The text as it is where some of its characters are not shown, else None.
        source: Id of the probable source, or None.
        said_again: What a copy by meaning says, and what its source says.
        changes: How the text of its probable source differs; None where that is not known.
        related: Other documents of its cluster.
        n_related: How many there are, also those that are not named.
    """

    key: str
    title: str
    label: str
    likelihood: str
    row: Mapping[str, Any]
    meaning: str
    score: Waterfall | None
    page_says: list[tuple[str, str]]
    text_says: list[tuple[str, str]]
    pieces: list[str | Mark]
    legend: list[tuple[str, str]]
    restored: bool
    unsure: bool
    left_out: int
    hidden: str | None
    source: str | None
    said_again: list[tuple[str, str]]
    changes: list[WordChange] | None
    related: Sequence[Related]
    n_related: int

    @property
    def headline(self) -> str:
        """The verdict as the heading of a page that shows this document alone."""
        return f"{self.label.capitalize()}: {self.meaning}"


def article(
    key: str,
    row: Mapping[str, Any],
    *,
    source_text: str | None = None,
    related: Sequence[Related] = (),
    n_related: int = 0,
    most: int = MAX_CHARACTERS,
) -> Article:
    """Prepare a row of an audit for the template.

    Args:
        key: The document's name in the report.
        row: Its `COLUMNS`.
        source_text: Text of its probable source, where it is known.
        related: Other documents of its cluster.
        n_related: Their number.
        most: Characters of the text to show.
    """
    whole = row["text"] or ""
    published = whole[:most]
    shown = visible(published)
    evidence = [item for item in row["evidence"] or () if item["where"] == "text"]
    marks = [item for item in evidence if item["end"] <= len(shown)]
    source = visible((source_text or "")[:most])
    spun = row["kind"] == "spun"
    return Article(
        key=key,
        title=visible(row["title"] or key, _MAX_TITLE),
        label=label(row["kind"], row["probability"]),
        likelihood=likelihood(row["flagged"], row["probability"]),
        row=_visible_row(row),
        meaning=in_words(row["kind"], row["flagged"], row["probability"])
        + _READ_TWICE * (row["readers"] == 2),
        score=None
        if row["probability"] is None
        else waterfall(row["intercept"], row["reasons"], row["threshold"]),
        page_says=list(_page_says(row)),
        text_says=_text_says(evidence),
        pieces=marked(shown, marks, spun=spun),
        legend=_legend(marks),
        restored=any(_restored(item, spun) for item in marks),
        unsure=any(_is_replaced(item) and not _restored(item, spun) for item in marks),
        left_out=len(whole) - len(shown),
        hidden=published if shown != published else None,
        source=visible(row["source_id"], _MAX_TITLE) if row["source_id"] is not None else None,
        said_again=_said_again(row),
        changes=compare(shown, source) if source else None,
        related=related,
        n_related=n_related,
    )


def marked(text: str, evidence: Sequence[Mapping[str, Any]], *, spun: bool) -> list[str | Mark]:
    """Cut a text at its evidence; a mark that lies in another one becomes part of it.

    A place that several signals found is marked once.

    Args:
        text: The text that evidence offsets count in.
        evidence: ``start``, ``end``, ``signal``, ``original``, ``weight`` and ``note`` of
            each place in the text.
        spun: Whether the document is spun: only then are originals put back.
    """
    root: list[str | Mark] = []
    open_marks = [(root, len(text))]
    done = 0

    def close_until(position: int) -> None:
        nonlocal done
        while len(open_marks) > 1 and open_marks[-1][1] <= position:
            pieces, end = open_marks.pop()
            _append(pieces, text[done:end])
            done = max(done, end)

    def position(item: Mapping[str, Any]) -> tuple[int, int, bool]:
        return item["start"], -item["end"], not _is_replaced(item)

    marked_last = (-1, -1)
    for item in sorted(evidence, key=position):
        # Where several signals name the same place, one mark says what was replaced.
        if (item["start"], item["end"]) == marked_last:
            continue
        marked_last = item["start"], item["end"]
        close_until(item["start"])
        pieces, limit = open_marks[-1]
        end = min(item["end"], limit)
        if len(open_marks) > _DEEPEST or end <= item["start"]:
            continue
        _append(pieces, text[done : item["start"]])
        done = item["start"]
        mark = _mark(item, spun)
        pieces.append(mark)
        open_marks.append((mark.pieces, end))
    close_until(len(text))
    _append(root, text[done:])
    return root


def _append(pieces: list[str | Mark], text: str) -> None:
    if text:
        pieces.append(text)


def _mark(item: Mapping[str, Any], spun: bool) -> Mark:
    original = item["original"]
    return Mark(
        group=_group(item["signal"]),
        label=item["note"],
        original=cased(item["text"], original) if original else None,
        restored=_restored(item, spun),
        pieces=[],
    )


def _restored(item: Mapping[str, Any], spun: bool) -> bool:
    return spun and _is_replaced(item) and item["weight"] >= MIN_GAIN


def _is_replaced(item: Mapping[str, Any]) -> bool:
    return item["signal"] in _REPLACING and bool(item["original"])


def _group(signal: str) -> str:
    if signal in _REPLACING:
        return "replaced"
    return "leftover" if signal in _LEFTOVER else "slip"


def _legend(evidence: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    counts = Counter((_group(item["signal"]), item["note"]) for item in evidence)
    order = ("replaced", "leftover", "slip")
    ranked = sorted(counts.items(), key=lambda item: (order.index(item[0][0]), -item[1]))
    return [(group, counted(count, label)) for (group, label), count in ranked]


def _visible_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: visible(row[name], _MAX_TITLE) if isinstance(row[name], str) else row[name]
        for name in (
            "kind",
            "probability",
            "threshold",
            "unscorable",
            "error",
            "similarity",
            "copied_by",
        )
    }


def _page_says(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for fact, name in (("address", "url"), ("site", "site"), ("date", "published")):
        if row[name]:
            yield fact, visible(row[name], _MAX_FACT)
    facts = [item for item in row["evidence"] or () if item["where"] != "text"]
    # Words that were replaced side by side are one fact.
    for where, note in list(dict.fromkeys((item["where"], item["note"]) for item in facts))[
        :_MAX_FACTS
    ]:
        if where == "title":
            yield "title", visible(note, _MAX_FACT)
            continue
        fact, colon, value = visible(note, _MAX_FACT).partition(": ")
        yield (fact, value) if colon else ("markup", fact)


def _said_again(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    text = row["text"] or ""
    return [
        (
            visible(text[pair["start"] : pair["end"]], _MAX_TITLE),
            visible(pair["original"], _MAX_TITLE),
        )
        for pair in row["same_sentences"] or ()
        if text
    ]


def _text_says(evidence: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    facts = [item for item in evidence if item["signal"] in _TEXT_FACTS]
    return [(item["note"], visible(item["text"], _MAX_FACT)) for item in facts[:_MAX_FACTS]]
