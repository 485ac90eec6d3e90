"""Markup whose text a parser takes for something else, put so that it is text.

A comment, script or title that is never closed holds the rest of the page; frames, shadow roots and
templates of scripts hold text that a browser shows.
"""

import html
import json
import re
from collections import deque
from collections.abc import Iterable
from typing import Any

_RAW = ("script", "style", "title", "textarea", "iframe", "xmp", "noembed", "noframes")
"""Elements whose content is not read as markup."""

_CODE = ("script", "style")

_STRAY = 10
"""Elements and comments left open that are looked for. Our choice: each is a search to the end."""

_MAX_THINGS = 1_000
"""Objects of one script's structured data that are searched for a text. Our choice."""

_OPENED = re.compile(rf"<!--|<({'|'.join(_RAW)})\b[^<>]{{0,2000}}>", re.IGNORECASE)
_SELF_CLOSED = re.compile(rf"<({'|'.join(_RAW)})\b([^<>]{{0,2000}})/>", re.IGNORECASE)
_TEXT_FOLLOWS = re.compile(
    r"<(?:article|blockquote|body|br|center|div|dl|font|h[1-6]|li|main|ol|p|section|span|table|td|ul)"
    r"\b",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"<(?:p|article|main|h[1-6]|br|li|td)\b", re.IGNORECASE)

_COMMENT_IN_COMMENT = re.compile(r"<!--(?=(?:(?!-->|<!--).){0,100000}<!--)", re.DOTALL)
_FRAME = re.compile(
    r"<iframe\b[^<>]{0,1000}?\bsrcdoc\s*=\s*(?:\"([^\"]*)\"|'([^']*)')[^<>]{0,1000}>", re.IGNORECASE
)
_SCRIPT_TEMPLATE = re.compile(
    r"<script\b[^<>]{0,500}?\btype\s*=\s*[\"']?text/(?:template|html|x-[\w-]{1,40})[\"']?"
    r"[^<>]{0,500}>(.*?)</script\b[^<>]{0,100}>",
    re.IGNORECASE | re.DOTALL,
)
_HOLDER = re.compile(
    r"<(/?)(?:template|noscript|select|option|textarea|xmp|noembed|noframes|plaintext|frameset|"
    r"svg|foreignobject)\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?[a-zA-Z][\w:-]{0,100})\b[^<>]*>")


def ends_in_comment(markup: str) -> bool:
    """Whether a comment is open to the end of a page."""
    return markup.rfind("<!--") > markup.rfind("-->")


def closed(markup: str, *, scripts: bool = False) -> str:
    """The markup without the tags and comment marks that are open to its end and hold paragraphs.

    Args:
        markup: A page.
        scripts: Open scripts and style sheets too; pages that a crawler cut off end in one.
    """
    markup = _SELF_CLOSED.sub(r"<\1\2></\1>", markup)
    for _ in range(_STRAY):
        opened = _open_to_the_end(markup)
        if opened is None or (opened[1] and opened[1].lower() in _CODE and not scripts):
            break
        text = _TEXT_FOLLOWS.search(markup, opened.end())
        if text is None or not _PARAGRAPH.search(markup, opened.end()):
            break
        markup = markup[: opened.start()] + markup[text.start() :]
    return markup


def _open_to_the_end(markup: str) -> re.Match[str] | None:
    """What begins the comment or element that is not closed; its first group is the element."""
    lowered = markup.lower()
    place = 0
    while opened := _OPENED.search(markup, place):
        if opened[1]:
            place = lowered.find(f"</{opened[1].lower()}", opened.end())
        else:
            place = lowered.find("-->", opened.end() - 2)
        if place < 0:
            return opened
        place += 2
    return None


def revealed(markup: str) -> str:
    """The markup with what frames, shadow roots, templates and stray marks hold made text.

    To be asked of a page that has little text else: it also holds what readers do not see.
    """
    markup = closed(_SELF_CLOSED.sub(r"<\1\2></\1>", markup), scripts=True)
    markup = _COMMENT_IN_COMMENT.sub("", markup)
    markup = _swallowed(markup)
    # Each template found has an end, so that none is looked for in vain.
    end = markup.lower().rfind("</script") + len("</script>")
    markup = _SCRIPT_TEMPLATE.sub(r"<div>\1</div>", markup[:end]) + markup[end:]
    markup = _FRAME.sub(lambda frame: f"<div>{html.unescape(frame[1] or frame[2])}</div>", markup)
    markup = _HOLDER.sub(r"<\1div", markup)
    return _TAG.sub(_without_odd_quote, markup)


def _swallowed(markup: str) -> str:
    """The markup without the openings of elements that hold paragraphs up to another's end."""
    lowered = markup.lower()
    pieces = []
    place = kept = 0
    while opened := _OPENED.search(markup, place):
        place = opened.end()
        if not opened[1]:
            continue
        name = opened[1].lower()
        end = lowered.find(f"</{name}", place)
        if end < 0:
            break
        if lowered.find(f"<{name}", place, end) >= 0 and lowered.count("</p", place, end) > 1:
            text = _TEXT_FOLLOWS.search(markup, place, end)
            pieces.append(markup[kept : opened.start()])
            kept = text.start() if text else place
        place = end
    return "".join((*pieces, markup[kept:]))


def _without_odd_quote(tag: re.Match[str]) -> str:
    """A tag without its attributes where one of their quotes is not closed."""
    return f"<{tag[1]}>" if tag[0].count('"') % 2 or tag[0].count("'") % 2 else tag[0]


def article_body(scripts: Iterable[str]) -> str:
    """The longest ``articleBody`` in scripts of structured data (JSON-LD), as markup, or ""."""
    longest = ""
    for script in scripts:
        if "articleBody" not in script:
            continue
        try:
            waiting: deque[Any] = deque([json.loads(script, strict=False)])
        except (ValueError, RecursionError):
            continue
        for _ in range(_MAX_THINGS):
            if not waiting:
                break
            thing = waiting.popleft()
            if isinstance(thing, list):
                waiting += thing[:_MAX_THINGS]
            elif isinstance(thing, dict):
                body = thing.get("articleBody")
                if isinstance(body, str) and len(body) > len(longest):
                    longest = body
                waiting += [part for part in thing.values() if isinstance(part, (dict, list))]
    if "<" in longest:
        return longest
    return "".join(f"<p>{html.escape(line)}</p>" for line in longest.split("\n"))
