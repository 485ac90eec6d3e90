"""Lines of a text."""

import re

Line = tuple[int, str]
"""Position of a line's first visible character in its text, and the line as far as it shows."""


BETWEEN_PARTS = re.compile(r"\s[|/\N{MIDDLE DOT}\N{BULLET}]\s")
"""What templates write between facts on one line."""


def lines(text: str) -> list[Line]:
    r"""Lines that are not blank.

    >>> lines("One \n\n  two")
    [(0, 'One'), (8, 'two')]
    """
    position = 0
    found = []
    for line in text.split("\n"):
        shown = line.strip()
        if shown:
            indent = 0 if line[0] == shown[0] else line.index(shown[0])
            found.append((position + indent, shown))
        position += len(line) + 1
    return found
