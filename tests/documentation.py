"""The pages of the documentation, and what stands in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
"""Texts of the README and of every page in ``docs``, by their paths."""


def blocks(page: str, language: str) -> list[str]:
    """Contents of a page's code blocks in a language."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", PAGES[page], re.DOTALL)
    return found


def prose(page: str) -> str:
    """A page without its code blocks."""
    return re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL)


def spans(page: str) -> list[str]:
    """Everything in single backquotes, on one line."""
    return [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", prose(page))]
