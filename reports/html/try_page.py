"""The page that ``chaffinch serve`` shows: forms, and what was found in what they sent."""

from collections.abc import Mapping
from typing import NamedTuple

from chaffinch.detector.audit.copies.text_comparison import TextComparison
from chaffinch.features.registry import signals_that_find
from chaffinch.features.wording import percent, visible
from chaffinch.reports.formats.html import row_of
from chaffinch.reports.html.article import Mark, article, marked
from chaffinch.reports.html.plain import FOLDER
from chaffinch.reports.results import Result
from chaffinch.reports.templates import anchor, asset, environment

STYLE = asset(FOLDER / "report.css")
"""The style sheet, and its hash for the content-security policy."""

_FIELDS = ("page", "markup", "url", "suspect", "source")
"""Names of the forms' fields."""

_SHOWN_PASSAGES = 20
"""Common passages shown, the longest first; our choice: they fit on a screen."""

_SHOWN_CHARACTERS = 80
"""Characters that a passage is shown by; our choice: a line."""

_REPLACING = min(signals_that_find("replaced words"))
"""A signal whose evidence is replaced words, as the marks of a text name one."""


class _Passage(NamedTuple):
    """A passage as the table shows it."""

    start_words: str
    words: int
    same: int


class _Compared(NamedTuple):
    """Two texts as the page shows them."""

    said: str
    passages: list[_Passage]
    pieces: list[str | Mark]


def form_page(origin: str, form: Mapping[str, str] | None = None, problem: str = "") -> str:
    """The page before anything was judged, or with what is wrong in what was sent.

    Args:
        origin: What judges: version and model.
        form: What was sent, to be shown again.
        problem: What is wrong, in a sentence, or "".
    """
    return _rendered(origin, form or {}, problem=problem)


def judged_page(origin: str, form: Mapping[str, str], result: Result) -> str:
    """The page with a verdict, as the report shows it.

    Args:
        origin: What judges: version and model.
        form: What was sent, to be shown again.
        result: The judged page.
    """
    document = article(visible(result.id), row_of(result))
    return _rendered(origin, form, heading=document.headline, document=document)


def compared_page(origin: str, form: Mapping[str, str], found: TextComparison) -> str:
    """The page with two texts compared.

    Args:
        origin: What judges: version and model.
        form: What was sent, to be shown again: the ``suspect`` beside the ``source``.
        found: The comparison.
    """
    text = form["suspect"]
    marks = [
        {
            "start": span.start,
            "end": span.end,
            "text": span.text,
            "signal": _REPLACING,
            "original": visible(span.original),
            "weight": 1.0,
            "note": "replaced word",
        }
        for span in found.replaced
    ]
    longest = sorted(found.passages, key=lambda passage: -passage.words)[:_SHOWN_PASSAGES]
    compared = _Compared(
        _said(found),
        [
            _Passage(
                visible(text[passage.start : passage.end], _SHOWN_CHARACTERS),
                passage.words,
                passage.same,
            )
            for passage in longest
        ],
        marked(visible(text), marks, spun=True),
    )
    verdict = ", ".join(["Copied", *found.ways]) if found.copied else "Not a copy"
    return _rendered(origin, form, heading=verdict, compared=compared)


def _said(found: TextComparison) -> str:
    if not found.passages:
        return "No passage of the text runs along with the source."
    return (
        f"{percent(found.page_share)} of the text's words run along with "
        f"{percent(found.source_share)} of the source's. {percent(found.similarity)} of the text's "
        "words stand in the same place in the source."
    )


def _rendered(origin: str, form: Mapping[str, str], **shown: object) -> str:
    template = environment(FOLDER).get_template("try_page.html.j2")
    return template.render(
        origin=origin,
        form={name: visible(form.get(name, "")) for name in _FIELDS},
        style=STYLE,
        within=lambda other: anchor(other.key),
        **shown,
    )
