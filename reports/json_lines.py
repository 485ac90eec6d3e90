"""Results as JSON: an array, or an object a line."""

import json
from collections.abc import Iterable, Iterator

from chaffinch.reports.results import Result


def _dumps(result: Result, with_text: bool) -> str:
    # ASCII only: lone surrogates and line separators of a hostile page stay escaped.
    return json.dumps(result.as_dict(with_text), allow_nan=False)


def render_lines(results: Iterable[Result], with_text: bool = False) -> Iterator[str]:
    """One JSON object a line, each as soon as it is there."""
    for result in results:
        yield f"{_dumps(result, with_text)}\n"


def render_array(results: Iterable[Result], with_text: bool = False) -> Iterator[str]:
    """One JSON array."""
    mark = "["
    for result in results:
        yield f"{mark}\n{_dumps(result, with_text)}"
        mark = ","
    yield "\n]\n" if mark == "," else "[]\n"
