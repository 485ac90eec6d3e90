"""Results as JSON: an array, or an object a line."""

from collections.abc import Iterable, Iterator

from chaffinch.reports.json_text import json_text
from chaffinch.reports.results import Result


def render_lines(results: Iterable[Result], with_text: bool = False) -> Iterator[str]:
    """One JSON object a line, each as soon as it is there."""
    for result in results:
        yield f"{json_text(result.as_dict(with_text))}\n"


def render_array(results: Iterable[Result], with_text: bool = False) -> Iterator[str]:
    """One JSON array."""
    mark = "["
    for result in results:
        yield f"{mark}\n{json_text(result.as_dict(with_text))}"
        mark = ","
    yield "\n]\n" if mark == "," else "[]\n"
