"""Web pages saved as files."""

from chaffinch.datasets.readers.reader import Reader
from chaffinch.datasets.readers.whole_file import whole_file

HTML = Reader("HTML", (".html", ".htm", ".xhtml"), whole_file("text/html"))
