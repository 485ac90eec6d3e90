"""Names of files as text that any table or JSON can hold, and back.

A name on Linux is any sequence of bytes. Python gives bytes that are not UTF-8 as lone surrogates,
which no encoding of an output can hold.
"""

import re

_ESCAPED = re.compile(r"\\x([89a-f][0-9a-f])")
"""A byte that is not UTF-8, as `shown_name` writes it."""

_SURROGATE = re.compile("[\ud800-\udfff]")
"""What Python makes of such a byte (PEP 383)."""

_DAY = re.compile(
    r"(?:[a-z]+=)?(?:19|20)\d\d(?P<gap>[-_.]?)(?:0[1-9]|1[0-2])(?P=gap)(?:0[1-9]|[12]\d|3[01])/"
    r"|(?:[a-z]+=)?(?:19|20)\d\d/(?:[a-z]+=)?(?:0[1-9]|1[0-2])/"
    r"(?:[a-z]+=)?(?:0[1-9]|[12]\d|3[01])/"
)
"""The folder of a day, or those of year, month and day, which a crawl that goes on has; also as
Hive names them."""

_TO_READ_BACK = re.compile(rf"\\\\|{_ESCAPED.pattern}")
"""What `shown_name` wrote in place of something else."""


def shown_name(name: str) -> str:
    r"""A name with each byte that is not UTF-8 written as ``\x`` and two digits.

    No two names are shown alike: where a byte is written so, or a name looks as if, its own
    backslashes are doubled.

    Args:
        name: A path as the system gives it.

    >>> shown_name("caf\udce9.txt"), shown_name("café.txt"), shown_name(r"a\b")
    ('caf\\xe9.txt', 'café.txt', 'a\\b')
    """
    if not (_SURROGATE.search(name) or _ESCAPED.search(name)):
        return name
    doubled = name.replace("\\", "\\\\").encode("utf-8", "surrogateescape")
    return doubled.decode("utf-8", "backslashreplace")


def real_name(shown: str) -> str:
    r"""The name that `shown_name` made this of, for the system to open.

    >>> real_name(r"caf\xe9.txt")
    'caf\udce9.txt'
    """
    if not _ESCAPED.search(shown):
        return shown
    return _TO_READ_BACK.sub(
        lambda match: chr(0xDC00 + int(match[1], 16)) if match[1] else "\\", shown
    )


def without_day(path: str) -> str:
    """A path within a crawl without the folder of the day it was crawled on.

    >>> without_day("2026-11-27/paper.example/a.html"), without_day("day=20261127/a.html")
    ('paper.example/a.html', 'a.html')
    >>> without_day("2026/11/27/a.html"), without_day("blog/2026/11/27/a.html")
    ('a.html', 'blog/2026/11/27/a.html')
    """
    day = _DAY.match(path)
    return path[day.end() :] if day else path
