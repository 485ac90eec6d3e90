"""Plain text of Markdown, by markdown-it-py."""

from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

MAX_CHARACTERS = 500_000
"""Characters of a source that are parsed. Hostile sources take 0.1 ms for each bracket."""


class MarkdownPage(NamedTuple):
    """A Markdown file's text, a line for each block, and what its front matter says."""

    text: str
    title: str
    published: str | None


def plain_text(source: str) -> MarkdownPage:
    """Take the markup off: link targets, emphasis, code blocks and HTML are dropped."""
    front, body = _front_matter(source[:MAX_CHARACTERS])
    lines = []
    for token in MarkdownIt("commonmark").parse(body):
        if token.type == "inline":
            lines.append(_inline(token).strip())
    return MarkdownPage("\n".join(filter(None, lines)), front.get("title", ""), front.get("date"))


def _inline(token: Token) -> str:
    pieces = []
    for child in token.children or []:
        if child.type in ("text", "code_inline"):
            pieces.append(child.content)
        elif child.type == "softbreak":
            pieces.append(" ")
        elif child.type == "hardbreak":
            pieces.append("\n")
    return "".join(pieces)


def _front_matter(source: str) -> tuple[dict[str, str], str]:
    """Simple ``key: value`` lines between two lines of ``---``; nested values are passed over."""
    if not source.startswith("---\n"):
        return {}, source
    head, mark, body = source[4:].partition("\n---")
    if not mark:
        return {}, source
    fields = (line.partition(":") for line in head.split("\n"))
    front = {key.strip(): value.strip().strip("\"'") for key, colon, value in fields if colon}
    return front, body.partition("\n")[2]
