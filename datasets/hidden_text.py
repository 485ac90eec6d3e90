"""Text that a page holds and its readers never see."""

import re
from itertools import islice
from typing import Any

from resiliparse.parse.html import HTMLTree, NodeType

from chaffinch.datasets.selection import select

_MAX_STYLED = 20_000
_MAX_STYLE = 1_000
_MAX_SELECTORS = 50
_MAX_DEPTH = 30
_TOO_BIG_TO_HIDE = ("html", "body", "main", "article")

_END = r"\s*(?:;|!|\}|$)"
_OUT_OF_SIGHT = (
    rf"font-size\s*:\s*0(?:px|r?em|pt|%)?{_END}"
    r"|(?:left|top|right|bottom|text-indent|margin-left)\s*:\s*-(?:[5-9]\d\d|\d{4,})"
    r"|clip\s*:\s*rect\((?:[01](?:px)?[ ,]*){4}\)"
)
_SHOWN_LATER = rf"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0?\.?0*{_END}"
_ALWAYS_HIDDEN = re.compile(rf"(?:^|;|\{{)\s*(?:{_OUT_OF_SIGHT})", re.IGNORECASE)
_HIDDEN_AT_FIRST = re.compile(rf"(?:^|;|\{{)\s*(?:{_OUT_OF_SIGHT}|{_SHOWN_LATER})", re.IGNORECASE)

_COLOUR = re.compile(r"(?:^|;)\s*color\s*:\s*([^;!]+)", re.IGNORECASE)
_BACKGROUND = re.compile(r"(?:^|;)\s*background(?:-color)?\s*:\s*([^;!]+)", re.IGNORECASE)
_WHITE = frozenset({"#fff", "#ffffff", "white", "#fefefe", "#fdfdfd"})
_SPACE = re.compile(r"\s+")
# Longer sheets are those of whole designs, whose scripts show again what they hide.
_SHEET = re.compile(r"<style[^<>]{0,200}>([^<]{1,4000})<", re.IGNORECASE)
_RULE = re.compile(r"([.#][\w-]+(?:\s*,\s*[.#][\w-]+){0,20})\s*(\{[^{}]{0,500}\})")


def remove_hidden_text(tree: HTMLTree, markup: str, *, scripted: bool = False) -> int:
    """Take elements out of a page that its own styles keep from being seen.

    Text of no size, beyond the screen's edge, in the colour of its ground, transparent, or
    of a class or name that a style sheet within the page hides. Farms pad pages with such
    text. What an outside style sheet or a script does is not known here.

    Args:
        tree: The page; elements are taken out of it.
        markup: Its source.
        scripted: Keep what scripts commonly show later: transparent text, and what style
            sheets hide.

    Returns:
        Length of the text that was taken out, in code points.
    """
    document = tree.document
    if document is None:
        return 0
    hides = _ALWAYS_HIDDEN if scripted else _HIDDEN_AT_FIRST
    found = [
        node
        for node in select(document, "[style], [hidden]", _MAX_STYLED)
        if _is_hidden(node, hides) or (node.hasattr("hidden") and not scripted)
    ]
    sheets = [] if scripted else [sheet[1] for sheet in _SHEET.finditer(markup)]
    selectors = [selector for sheet in sheets for selector in _hiding_selectors(sheet)]
    if selectors:
        found += select(document, ", ".join(selectors[:_MAX_SELECTORS]), _MAX_STYLED)
    found = [node for node in found if node.tag not in _TOO_BIG_TO_HIDE]
    length = 0
    for node in found:
        length += len(node.text or "")
        # Taken out of the tree and not destroyed: one may lie inside another.
        if node.parent is not None:
            node.parent.remove_child(node)
    return length


def _is_hidden(node: Any, hides: re.Pattern[str]) -> bool:
    style = (node.getattr("style") or "")[:_MAX_STYLE]
    return bool(hides.search(style)) or _is_colourless(style, node)


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
    if not _HIDDEN_AT_FIRST.search(sheet):
        return []
    hiding = (rule for rule in _RULE.finditer(sheet) if _HIDDEN_AT_FIRST.search(rule[2]))
    return [rule[1] for rule in islice(hiding, _MAX_SELECTORS) if _stands_free(sheet, rule.start())]


def _stands_free(sheet: str, start: int) -> bool:
    """Whether a rule's selector is whole, and the rule in no @media block."""
    before = sheet[:start]
    rest = before.rstrip()
    return (not rest or rest[-1] in "}/>") and before.count("{") == before.count("}")
