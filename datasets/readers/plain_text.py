"""Plain text files."""

from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.readers.whole_file import whole_file

PLAIN_TEXT = Reader("plain text", (".txt", ".text"), whole_file("text/plain"))
