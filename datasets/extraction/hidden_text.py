"""Text that a page holds and its readers never see."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Any

from resiliparse.parse.html import HTMLTree, NodeType

from chaffinch.datasets.extraction.selection import select

_MAX_HIDDEN = 20_000
"""Elements of hidden classes that are taken out. Our choice, against hostile pages."""

_MAX_STYLE = 1_000
"""Characters of a style that are read. Our choice: written styles are shorter."""

_MAX_SELECTORS = 50
"""Hiding rules of style sheets that are followed. Our choice: each is one more to match."""

_MAX_DEPTH = 30
"""Elements around white text that are asked for their background. Our choice."""

_TOO_BIG_TO_HIDE = ("html", "body", "main", "article")
"""Elements that hold whatever the page has: scripts show them once the page is loaded."""


_END = r"\s*(?:;|!|\}|$)"
_OUT_OF_SIGHT = (
    rf"font-size\s*:\s*0(?:px|r?em|pt|%)?{_END}"
    r"|(?:left|top|right|bottom|text-indent|margin-left)\s*:\s*-(?:[5-9]\d\d|\d{4,})"
    r"|clip\s*:\s*rect\((?:[01](?:px)?[ ,]*){4}\)"
)
_SHOWN_LATER = rf"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0?\.?0*{_END}"
# The first letters of all properties: most declarations are passed over at once.
_DECLARED = r"[;{]\s*(?=[bcdflmortv])"
_ALWAYS_HIDDEN = re.compile(rf"{_DECLARED}(?:{_OUT_OF_SIGHT})", re.IGNORECASE)
_HIDDEN_AT_FIRST = re.compile(rf"{_DECLARED}(?:{_OUT_OF_SIGHT}|{_SHOWN_LATER})", re.IGNORECASE)

_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]+)", re.IGNORECASE)
_BACKGROUND = re.compile(r"(?:^|;)\s*background(?:-color)?\s*:\s*([^;!]+)", re.IGNORECASE)
_WHITE = frozenset({"#fff", "#ffffff", "white", "#fefefe", "#fdfdfd"})
_SPACE = re.compile(r"\s+")
# Longer sheets are those of whole designs, whose scripts show again what they hide.
_MAX_SHEET = 4_000
_RULE = re.compile(r"([.#][\w-]+(?:\s*,\s*[.#][\w-]+){0,20})\s*(\{[^{}]{0,500}\})")

HIDING = (
    "style, [hidden]:not(img), [style]:not(img):is("
    '[style*="font-size" i], [style*="rect(" i], [style*="opacity" i], '
    '[style*="display" i][style*="none" i], [style*="visibility" i][style*="hidden" i], '
    '[style*="color" i]:is([style*="background" i], [style*="white" i], [style*="#f" i]), '
    + ", ".join(f'[style*="-{digit}"]' for digit in range(10))
    + ")"
)
"""Selector of the elements that may hide text: style sheets, and what may have a style that does.

It finds what the expressions above match, and more; an element that is found costs ten times one
that is not."""


def remove_hidden_text(tree: HTMLTree, elements: Sequence[Any], *, scripted: bool = False) -> int:
    """Take elements out of a page that its own styles keep from being seen.

    Text of no size, beyond the screen's edge, in the colour of its ground, transparent, or
    of a class or name that a style sheet within the page hides. Farms pad pages with such
    text. What an outside style sheet or a script does is not known here.

    Args:
        tree: The page; elements are taken out of it.
        elements: Elements of the page: those that `HIDING` finds, and any others.
        scripted: Keep what scripts commonly show later: transparent text, and what style
            sheets hide.

    Returns:
        Length of the text that was taken out, in code points.
    """
    hides = _ALWAYS_HIDDEN if scripted else _HIDDEN_AT_FIRST
    found: list[Any] = []
    selectors: list[str] = []
    for element in elements:
        style = element.getattr("style")
        if (style and _is_hidden(style[:_MAX_STYLE], element, hides)) or (
            not scripted and element.hasattr("hidden")
        ):
            found.append(element)
        elif not scripted and element.tag == "style":
            selectors += _hiding_selectors(element.text or "")
    if selectors:
        found += select(tree.document, ", ".join(selectors[:_MAX_SELECTORS]), _MAX_HIDDEN)
    found = [node for node in found if node.tag not in _TOO_BIG_TO_HIDE]
    length = 0
    for node in found:
        length += len(node.text or "")
        # Taken out of the tree and not destroyed: one may lie inside another.
        if (parent := node.parent) is not None:
            parent.remove_child(node)
    return length


def _is_hidden(style: str, node: Any, hides: re.Pattern[str]) -> bool:
    return bool(hides.search(f"{{{style}")) or _is_colourless(style, node)


def _is_colourless(style: str, node: Any) -> bool:
    """Whether a style writes text in its background's colour, or in white on no background."""
    colour = _COLOUR.search(style)
    if not colour:
        return False
    if ground := _BACKGROUND.search(style):
        return _plain(colour[1]) == _plain(ground[1])
    if _plain(colour[1]) not in _WHITE or node.tag not in ("p", "span", "div", "font"):
        return False
    around = node.parent
    for _ in range(_MAX_DEPTH):
        if around is None or around.type != NodeType.ELEMENT:
            break
        if "background" in (around.getattr("style") or "") or around.getattr("bgcolor"):
            return False
        around = around.parent
    return True


def _plain(colour: str) -> str:
    colour = _SPACE.sub("", colour).lower()
    return "#fff" if colour in _WHITE else colour


def _hiding_selectors(sheet: str) -> list[str]:
    if len(sheet) > _MAX_SHEET or not _HIDDEN_AT_FIRST.search(sheet):
        return []
    hiding = (rule for rule in _RULE.finditer(sheet) if _HIDDEN_AT_FIRST.search(rule[2]))
    return [rule[1] for rule in islice(hiding, _MAX_SELECTORS) if _stands_free(sheet, rule.start())]


def _stands_free(sheet: str, start: int) -> bool:
    """Whether a rule's selector is whole, and the rule in no @media block."""
    before = sheet[:start]
    rest = before.rstrip()
    return (not rest or rest[-1] in "}/>") and before.count("{") == before.count("}")
