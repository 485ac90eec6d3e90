"""CSV and TSV tables in the dialects that programs write: one record per row."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO, NamedTuple, TextIO

from chaffinch.datasets.extraction.decoding import WINDOWS_1252, legacy_encoding
from chaffinch.datasets.readers.reader import Columns, Reader
from chaffinch.datasets.readers.tables import holds_content, no_content, record_of_row
from chaffinch.datasets.readers.unpacking import DAMAGE, sentence
from chaffinch.datasets.records import MAX_BYTES, Record

_DELIMITERS = ",;\t|^~\x1f\x01"
"""What programs write between cells, the likeliest first; Hive writes the last one."""

_NO_DELIMITER = "\x1e"
"""Stands for the delimiter of a table with one column; texts do not have it."""

_MAX_HEADER = 1_000_000
"""Characters of a header; our choice, some thousands of columns."""

_SAMPLE = 65_536
"""Bytes that decide on a table's encoding and dialect; our choice."""

_PREAMBLE_LINES = 20
"""Lines of comments, blank ones and ``sep=`` before a header; our choice."""

_NAMES = re.compile(rb'"?\w[\w .-]{0,39}"?(?:[,;\t|]"?\w[\w .-]{0,39}"?)+\r?\n')
"""A line of two or more column names."""

_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
"""What Excel reads, and writes, above a header."""

_THOUSANDS = re.compile(r"\d,\d{3}(?!\d)")
"""A comma within a number."""

_DIGITS = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
"""What is left out of a cell's shape."""


def is_csv(start: bytes) -> bool:
    """Whether data of unknown name begins with a table's header that names a column of text."""
    header = _NAMES.match(start)
    cells = re.split(rb"[,;\t|]", header[0].strip()) if header else []
    return bool({b"text", b"html"} & {cell.strip(b'"') for cell in cells})


class _Dialect(NamedTuple):
    """How cells are divided and quoted."""

    delimiter: str
    quote: str
    escape: str | None

    def reader(self, lines: Iterable[str], *, strict: bool) -> Iterator[list[str]]:
        """Rows of lines; strictly, what stands behind a closing quote is an error."""
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            escapechar=self.escape,
            strict=strict,
        )


class _Header(NamedTuple):
    """What is known of a table before its first row.

    Attributes:
        names: Its columns.
        dialect: How its rows are written.
        lines: Lines of the file up to the header, and with it.
    """

    names: list[str]
    dialect: _Dialect
    lines: int


def _read(stream: BinaryIO, name: str, columns: Columns) -> Iterator[Record]:
    csv.field_size_limit(MAX_BYTES)
    offset = 0
    try:
        whole = io.BufferedReader(stream, _SAMPLE)  # type: ignore[type-var]
        sample = _without_last_line(whole.peek(_SAMPLE))
        text = io.TextIOWrapper(whole, _encoding(sample), WINDOWS_1252, newline="")
        header = _header(text, sample, columns)
        if header is None:
            yield Record(name, 0, error=f"{name}: the first line is no header. Give the columns.")
            return
        if not holds_content(header.names, columns):
            yield no_content(name, header.names, columns)
            return
        for number, cells in _Rows(text, header, columns):
            spot = f"line {number}"
            if isinstance(cells, str):
                yield Record(name, offset, error=f"{name}, {spot}: {cells}", spot=spot)
            else:
                row = _row(header.names, cells)
                yield record_of_row(row, name, offset, spot, columns)
            offset += 1
    except DAMAGE as error:
        yield Record(name, offset, error=sentence(name, error))


def _encoding(sample: bytes) -> str:
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError:
        return legacy_encoding(sample)
    return "utf-8"


def _without_last_line(sample: bytes) -> bytes:
    """A sample without the line that it is cut off in, which may end within a character."""
    return sample[: sample.rfind(b"\n") + 1] if len(sample) >= _SAMPLE else sample


def _header(text: TextIO, sample: bytes, columns: Columns) -> _Header | None:
    """Read a table's lines up to its header; None where that is endless."""
    delimiter: str | None = None
    line, lines = "", 0
    while lines < _PREAMBLE_LINES:
        line = text.readline(_MAX_HEADER).lstrip("\ufeff")
        lines += 1
        stated = _SEPARATOR.fullmatch(line)
        if stated:
            delimiter = stated[1]
        elif not line or (line.strip() and not _is_comment(line, columns)):
            break
    if len(line) == _MAX_HEADER:
        return None
    line = line.removeprefix("#")
    if delimiter is None:
        delimiter = max(_DELIMITERS, key=lambda one: _fit(line, one, columns))
    if delimiter not in line:
        delimiter = _NO_DELIMITER
    dialect = _dialect(sample.decode("utf-8", "replace"), delimiter)
    names = next(dialect.reader([line], strict=False), [])
    return _Header([name.strip() for name in names], dialect, lines)


def _is_comment(line: str, columns: Columns) -> bool:
    """Whether a line before the header is a comment; some programs write # before the header."""
    return line.startswith("#") and not any(
        _fit(line[1:], delimiter, columns)[0] for delimiter in _DELIMITERS
    )


def _fit(line: str, delimiter: str, columns: Columns) -> tuple[bool, int]:
    cells = [cell.strip().strip("\"'") for cell in line.split(delimiter)]
    return holds_content(cells, columns), len(cells)


def _dialect(sample: str, delimiter: str) -> _Dialect:
    """How cells are quoted, judging by the characters beside delimiters and line ends."""
    cut = re.escape(delimiter)

    def count(pattern: str) -> int:
        return len(re.findall(pattern, sample, re.MULTILINE))

    opened, closed = count(rf"(?:^|{cut})'(?!')"), count(rf"'(?:{cut}|\r?$)")
    single = opened and abs(opened - closed) <= 1 and not count(rf'(?:^|{cut})"|"(?:{cut}|\r?$)')
    quote = "'" if single else '"'
    # A quote behind a backslash, and not at the end of a cell: C:\
    escaped = re.search(rf"\\{quote}(?!{cut}|\r?$)", sample, re.MULTILINE)
    return _Dialect(delimiter, quote, "\\" if escaped else None)


class _TooLong(Exception):
    """A row that is longer than any record."""


class _Rows:
    """Rows of a table: line number, and cells or what is wrong with them.

    A quote that is opened and not closed would make several rows one. So a line within a quoted
    cell that has the form of a row ends the row it stands in: that row is an error, or is read
    with its quotes as they are where it is whole that way.

    Args:
        text: The table, its header read.
        header: What is known of it.
        columns: Which of its columns hold the document.
    """

    def __init__(self, text: TextIO, header: _Header, columns: Columns) -> None:
        self._text = text
        self._dialect = header.dialect
        self._delimiter = header.dialect.delimiter
        self._width = len(header.names)
        known = [name.lower() for name in header.names]
        self._url = known.index(columns.url.lower()) if columns.url.lower() in known else None
        prose = {path.lower() for path in (columns.text, columns.html, "title")}
        self._narrow = [place for place, name in enumerate(known) if name not in prose]
        self._shape: list[str] | None = None
        self._waiting: deque[str] = deque()
        self._taken: list[str] = []
        self._size = 0
        self._number = header.lines

    def __iter__(self) -> Iterator[tuple[int, list[str] | str]]:
        rows = self._reader()
        while True:
            self._taken, self._size = [], 0
            start = self._number + 1
            try:
                cells = next(rows, None)
            except csv.Error as error:
                yield start, self._broken(str(error))
                rows = self._reader()
                continue
            except _TooLong:
                limit = f"longer than {MAX_BYTES // 1_000_000} MB"
                yield start, f"{limit}. The rest was not read."
                return
            if cells is None:
                return
            if cells:
                yield start, self._checked(cells)

    def _reader(self) -> Iterator[list[str]]:
        return self._dialect.reader(self._lines(), strict=True)

    def _lines(self) -> Iterator[str]:
        """Lines for the reader, which asks for as many as a row has."""
        while line := self._next():
            self._taken.append(line)
            self._size += len(line)
            if self._size > MAX_BYTES:
                raise _TooLong
            if len(self._taken) > 1 and self._has_the_form_of_a_row(line):
                raise csv.Error("a quote is not closed")
            yield line

    def _next(self) -> str:
        line = self._waiting.popleft() if self._waiting else self._text.readline(MAX_BYTES + 1)
        self._number += bool(line)
        return line

    def _give_back(self, lines: Sequence[str]) -> None:
        self._waiting.extendleft(reversed(lines))
        self._number -= len(lines)

    def _has_the_form_of_a_row(self, line: str) -> bool:
        if self._delimiter == _NO_DELIMITER or _THOUSANDS.search(line):
            return False
        try:
            # Its last cell may go on in the next line.
            cells = next(self._dialect.reader([line], strict=False), [])
        except csv.Error:
            return False
        # In prose a space stands behind a comma.
        if len(cells) != self._width or any(cell[:1].isspace() for cell in cells):
            return False
        if self._url is not None and cells[self._url]:
            return "//" in cells[self._url] or cells[self._url].startswith("/")
        narrow = [cells[place] for place in self._narrow]
        if not narrow:
            return all(cells)
        return (
            any(narrow)
            and not any(" " in cell for cell in narrow)
            and self._shape in (None, [_shape(cell) for cell in narrow])
        )

    def _broken(self, problem: str) -> list[str] | str:
        """The first line of a row that cannot be parsed, as it is where it is a row by itself.

        Reading goes on at the next line that has the form of a row.
        """
        first, *rest = self._taken
        self._give_back(rest)
        following = self._next()
        if not following or self._has_the_form_of_a_row(following):
            self._give_back([following] if following else [])
            cells = next(csv.reader([first], delimiter=self._delimiter, quoting=csv.QUOTE_NONE), [])
            if len(cells) == self._width:
                quote = self._dialect.quote
                return [cell[1:-1] if cell[:1] == cell[-1:] == quote else cell for cell in cells]
        else:
            first_passed = self._number
            while following and not self._has_the_form_of_a_row(following):
                following = self._next()
            self._give_back([following] if following else [])
            problem += f", and lines {first_passed} to {self._number} were not read"
        return f"{problem}. Quote the cells, and double the quotes in them."

    def _checked(self, cells: list[str]) -> list[str] | str:
        while len(cells) > self._width and not cells[-1].strip():
            cells.pop()
        if len(cells) > self._width:
            return f"{len(cells)} cells for {self._width} columns. Quote the cells."
        if len(cells) == self._width:
            self._shape = [_shape(cells[place]) for place in self._narrow]
        return cells


def _shape(cell: str) -> str:
    """What kind of characters a cell has, in their order: ``a0`` for ``id17``."""
    return _LETTERS.sub("a", _DIGITS.sub("0", cell))


def _row(names: Sequence[str], cells: Sequence[str]) -> dict[str, object]:
    """Cells by column; of columns of one name the first that is not empty."""
    row: dict[str, object] = {}
    for column, cell in zip(names, cells, strict=False):
        if not row.get(column):
            row[column] = cell
    return row


CSV = Reader("CSV", (".csv", ".tsv", ".tab"), _read, any_bytes=True)
