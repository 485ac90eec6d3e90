"""Every output format of ``chaffinch score``; a new one is a file here and a line below."""

from collections.abc import Callable, Iterable, Iterator

from chaffinch.reports import csv_table, json_lines, sarif, text
from chaffinch.reports.results import Result

Renderer = Callable[[Iterable[Result], bool], Iterator[str]]

FORMATS: dict[str, Renderer] = {
    "text": text.render,
    "json": json_lines.render_array,
    "jsonl": json_lines.render_lines,
    "csv": csv_table.render,
    "sarif": sarif.render,
}
