"""Text for people to read in a terminal."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from chaffinch.detector.despinning import MIN_GAIN, restorations
from chaffinch.detector.verdict import Evidence, Verdict
from chaffinch.features.registry import signals_that_find
from chaffinch.features.wording import one_line, percent, printable
from chaffinch.reports.audit.sites import site_lines
from chaffinch.reports.certainty import NOT_FLAGGED, UNREADABLE, label, likelihood
from chaffinch.reports.results import Result

if TYPE_CHECKING:
    from chaffinch.detector.audit.comparison import Change
    from chaffinch.detector.audit.copies.text_comparison import TextComparison
    from chaffinch.detector.evaluation.evaluation import Evaluation

_LEFTOVER = signals_that_find("leftover lines")
"""Signals whose evidence is lines that a scraper left."""

_COLOURS = {
    "original": "green",
    NOT_FLAGGED: "yellow",
    "spun": "red",
    "scraped": "red",
    "unscorable": "yellow",
    UNREADABLE: "yellow",
}
"""Terminal colours by the verdict's label."""

_SITE_COLOURS = {"farm": "red", "mixed": "yellow", "clean": "green", "trusted": "green"}
"""Terminal colours by a site's verdict; others have none."""

_SHOWN_WORDS = 12
"""Replaced words shown of a document; our choice: they fit into three lines."""

_SHOWN_LINES = 8
"""Lines left by scrapers and counters shown of a document; our choice."""

_SHOWN_REASONS = 4
"""Signals shown of a document, the strongest first; our choice."""

_WIDTH = 96
"""Columns that a line takes at most; our choice."""


def results(judged: Iterable[Result], with_text: bool) -> Iterator[str]:
    """One paragraph for each result, without the characters that a terminal would obey."""
    for result in judged:
        if result.verdict is None:
            # The command says why, on standard error.
            said = click.style(UNREADABLE, fg=_COLOURS[UNREADABLE])
            yield f"{said}  {_name(result)}\n\n"
            continue
        yield "\n".join(_paragraph(result, result.verdict)) + "\n\n"
        if with_text:
            yield "\n".join(map(printable, result.verdict.document.text.split("\n"))) + "\n\n"


def _paragraph(result: Result, verdict: Verdict) -> Iterator[str]:
    name = _name(result)
    shown = label(verdict.kind, verdict.probability)
    kind = click.style(f"{shown:<10}", fg=_COLOURS[shown], bold=True)
    if verdict.probability is None:
        yield f"{kind}  {name}"
        yield f"  {printable(verdict.unscorable or '')}"
        return
    yield f"{kind}  {likelihood(verdict.flagged, verdict.probability)}  {name}"
    if shown == "original":
        return
    against = [reason for reason in verdict.reasons if reason.contribution > 0]
    for reason in against[:_SHOWN_REASONS]:
        text = f"{reason.contribution:+6.1f}  {reason.signal}: {printable(reason.summary)}"
        yield from _wrapped(text, indent=2)
    yield from _replacements(
        (
            (item.substitute, item.original)
            for item in sorted(restorations(verdict, MIN_GAIN), key=lambda item: -item.gain)
        ),
        "replaced" if verdict.kind == "spun" else "perhaps replaced",
    )
    lines = [_line(item) for item in verdict.evidence if item.signal in _LEFTOVER]
    for line in lines[:_SHOWN_LINES]:
        yield f"          {line}"


def _name(result: Result) -> str:
    return printable(result.id if result.id != f"{result.path}#0" else result.path)


def _replacements(pairs: Iterable[tuple[str, str]], called: str = "replaced") -> Iterator[str]:
    """The commonest pairs of a replaced word and its original."""
    counts = Counter(
        f"{one_line(new.lower())} > {one_line(old.lower() if new[:1].isupper() else old)}"
        for new, old in pairs
    )
    shown = [
        pair if count == 1 else f"{pair} ({count})"
        for pair, count in counts.most_common(_SHOWN_WORDS)
    ]
    if shown:
        yield from _wrapped(f"{called}: {', '.join(shown)}")


def _line(item: Evidence) -> str:
    return (
        f"{printable(item.note)}: {textwrap.shorten(one_line(item.text), 70, placeholder=' ...')}"
    )


def _wrapped(text: str, indent: int = 10) -> Iterator[str]:
    yield from textwrap.wrap(text, _WIDTH, initial_indent=" " * indent, subsequent_indent=" " * 12)


def comparison(differences: Iterable["Change"]) -> Iterator[str]:
    """One line for each site or page that changed: how, from what to what, and its name."""
    for one in differences:
        old, new = percent(one.old_probability) or "-", percent(one.new_probability) or "-"
        if one.change == "site":
            old, new = one.old_kind or "-", one.kind
        named = f"{printable(one.url or one.id)}  {printable(one.title)}".rstrip()
        yield f"{one.change:<10}{f'{old} > {new}':>22}  {named}\n"


def evaluation(measured: "Evaluation") -> Iterator[str]:
    """The figures as aligned tables, and the worst of the misjudged texts."""
    # Imported here: SciPy takes longer to load than a page takes to score.
    from chaffinch.reports.evaluation.report import render_text

    return (f"{line}\n" for line in render_text(measured))


def sites(found: Iterable[Mapping[str, Any]], threshold: float) -> Iterator[str]:
    """One paragraph for each site that reaches a threshold: its verdict, and why."""
    for line in site_lines(found, threshold):
        verdict = click.style(f"{line.verdict:<14}", fg=_SITE_COLOURS.get(line.verdict), bold=True)
        pages = f"{line.flagged:,}/{line.scored:,} flagged"
        sure = percent(line.probability)
        yield f"{verdict}{sure:>8}  {pages:>16}  {printable(line.site) or '(no address)'}\n"
        for reason in line.reasons:
            yield "".join(f"{part}\n" for part in _wrapped(one_line(reason)))


def texts(compared: "TextComparison", page: str, source: str) -> Iterator[str]:
    """A page beside its probable source: whether it is a copy, how much of it, what differs."""
    colour = "red" if compared.copied else "green"
    verdict = ", ".join(["copied", *compared.ways]) if compared.copied else "not a copy"
    yield f"{click.style(verdict, fg=colour, bold=True)}  {printable(page)}\n"
    words = sum(passage.words for passage in compared.passages)
    same = sum(passage.same for passage in compared.passages)
    shared = f"no passage runs along with {source}"
    if words:
        ours, theirs = _share(compared.page_share), _share(compared.source_share)
        shared = f"{ours} of its words run along with {theirs} of {source}"
        shared += f"; {_share(same / words)} of these are the same"
    lines = [*_wrapped(one_line(shared), indent=2)]
    for passage in sorted(compared.passages, key=lambda passage: -passage.words)[:_SHOWN_LINES]:
        lines += _wrapped(
            f"passage: characters {passage.start:,} to {passage.end:,}, in the source "
            f"{passage.source_start:,} to {passage.source_end:,} ({passage.words:,} words)"
        )
    lines += _replacements((span.text, span.original) for span in compared.replaced)
    yield "".join(f"{line}\n" for line in lines)


def _share(share: float) -> str:
    return "all" if share == 1 else percent(share)
