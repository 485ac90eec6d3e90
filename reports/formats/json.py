"""JSON that every program reads: in ASCII, and no half of a surrogate pair in it."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chaffinch.reports.results import Result

if TYPE_CHECKING:
    from chaffinch.detector.evaluation.evaluation import Evaluation

# Escaped backslashes and whole pairs are matched first, so that none is cut in two.
_ESCAPES = re.compile(
    r"\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(?P<half>\\ud[89a-f][0-9a-f]{2})"
)


def json_text(value: Any, indent: int | None = None) -> str:
    r"""A value as JSON (RFC 8259) that is I-JSON as well (RFC 7493).

    A half of a surrogate pair becomes the replacement character, which takes one code point as
    well, so that places in a text stay right.

    Raises:
        ValueError: A number is not finite.

    >>> json_text({"half": "\ud800", "whole": "\U0001f426"})
    '{"half": "\\ufffd", "whole": "\\ud83d\\udc26"}'
    """
    text = json.dumps(value, allow_nan=False, indent=indent)
    if r"\ud" not in text:
        return text
    return _ESCAPES.sub(lambda found: r"\ufffd" if found["half"] else found[0], text)


def results(judged: Iterable[Result], with_text: bool) -> Iterator[str]:
    """One JSON array of results."""
    mark = "["
    for result in judged:
        yield f"{mark}\n{json_text(result.as_dict(with_text))}"
        mark = ","
    yield "\n]\n" if mark == "," else "[]\n"


def summary(found: Mapping[str, Any]) -> Iterator[str]:
    """One JSON object."""
    yield f"{json_text(found, indent=1)}\n"


def evaluation(measured: "Evaluation") -> Iterator[str]:
    """One JSON object; what cannot be measured is null."""
    yield f"{json_text(measured.as_dict(), indent=1)}\n"
