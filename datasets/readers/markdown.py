"""Markdown files."""

from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.readers.whole_file import whole_file

MARKDOWN = Reader("Markdown", (".md", ".markdown"), whole_file("text/markdown"))
