"""What a farm that knows the detector might do to a spun page, for the benchmark of evasion."""

import html
import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from chaffinch.datasets.extraction.html import document_from_html
from chaffinch.datasets.records import Record
from chaffinch.datasets.spinners.spinner import SpunText
from chaffinch.features.document import Document

# Words that tricks are played on: those with room for a character inside.
_WORD = re.compile(r"[A-Za-z]{3,}")
_MARKUP_OR_WORD = re.compile(r"<[^>]*>|&#?\w+;|[A-Za-z]{3,}")
_PADDING = 0.5
"""Share of clean words in a padded text; our choice: with more, a reader would notice."""

_MORE_LETTERS = 0.3
"""Share of the disguised words in which every letter that has a look-alike is changed, not only
the first; our choice."""

_LOOKALIKES = {
    "a": "\u0430\u03b1\u0251",
    "c": "\u0441\u03f2",
    "d": "\u0501",
    "e": "\u0435",
    "h": "\u04bb",
    "i": "\u0456\u0131",
    "j": "\u0458",
    "n": "\u0578",
    "o": "\u043e\u03bf\u0585",
    "p": "\u0440\u03c1",
    "q": "\u051b",
    "s": "\u0455",
    "u": "\u057d\u03c5",
    "v": "\u0475\u03bd",
    "w": "\u051d",
    "x": "\u0445",
    "y": "\u0443",
    "A": "\u0410\u0391",
    "B": "\u0412\u0392",
    "C": "\u0421",
    "E": "\u0415\u0395",
    "H": "\u041d\u0397",
    "I": "\u0406\u0399",
    "M": "\u041c\u039c",
    "N": "\u039d",
    "O": "\u041e\u039f",
    "P": "\u0420\u03a1",
    "S": "\u0405",
    "T": "\u0422\u03a4",
}
"""Letters of Cyrillic, Greek, Armenian and Latin that look the same in most fonts: from Unicode's
confusables (UTS 39)."""

_ZERO_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
"""Characters of no width that Unicode has."""

_HIDING_STYLES = {
    "display:none": "display:none",
    "white on white": "color:#ffffff",
    "off-screen": "position:absolute;left:-9999px",
    "no size": "font-size:0",
}
"""Ways to hide text that style sheets offer, by name."""


class Target(NamedTuple):
    """A spun text, and clean text of the farm's own to pad it with."""

    spun: SpunText
    padding: str


Trick = Callable[[Target, np.random.Generator], Document]
"""Makes the page that a farm would publish of a target."""


def homoglyphs(text: str, rng: np.random.Generator, rate: float = 1.0) -> str:
    """Write one or more letters of a share of the words in look-alikes of other scripts."""

    def disguise(word: str) -> str:
        eligible = [place for place, letter in enumerate(word) if letter in _LOOKALIKES]
        letters = list(word)
        for place in eligible if rng.random() < _MORE_LETTERS else eligible[:1]:
            letters[place] = str(rng.choice(list(_LOOKALIKES[word[place]])))
        return "".join(letters)

    return _in_words(text, rng, rate, disguise)


def zero_width_characters(text: str, rng: np.random.Generator, rate: float = 1.0) -> str:
    """Put a character that nobody sees inside a share of the words."""
    return _in_words(
        text, rng, rate, lambda word: _insert(word, rng, str(rng.choice([*_ZERO_WIDTH])))
    )


def soft_hyphens(text: str, rng: np.random.Generator, rate: float = 1.0) -> str:
    """Put a soft hyphen inside a share of the words."""
    return _in_words(text, rng, rate, lambda word: _insert(word, rng, "\u00ad"))


def styled_letters(text: str, rng: np.random.Generator, rate: float = 1.0) -> str:
    """Write a share of the words in mathematical sans-serif letters."""

    def style(word: str) -> str:
        return "".join(
            chr(0x1D5A0 + ord(letter) - ord("A"))
            if letter.isupper()
            else chr(0x1D5BA + ord(letter) - ord("a"))
            for letter in word
        )

    return _in_words(text, rng, rate, style)


def character_references(text: str, rng: np.random.Generator, rate: float = 1.0) -> str:
    """Write one letter of a share of the words as a numeric character reference."""

    def encode(word: str) -> str:
        place = int(rng.integers(len(word)))
        return f"{word[:place]}&#{ord(word[place])};{word[place + 1 :]}"

    return _in_words(text, rng, rate, encode)


def in_quotation_marks(spun: SpunText) -> str:
    """Put every replaced word, with the word after it, in quotation marks."""
    pieces: list[str] = []
    done = 0
    for replacement in spun.replacements:
        if replacement.start < done:
            continue
        after = re.compile(r" ?\w*").match(spun.text, replacement.end)
        end = after.end() if after else replacement.end
        pieces += [spun.text[done : replacement.start], f'"{spun.text[replacement.start : end]}"']
        done = end
    return "".join([*pieces, spun.text[done:]])


def padded(text: str, padding: str, share: float = _PADDING) -> str:
    """The text with clean words after each of its lines, so that they are `share` of all."""
    lines = text.split("\n")
    wanted = round(len(text.split()) * share / (1 - share))
    pairs = zip(lines, _portions(padding, wanted, len(lines)), strict=True)
    return "\n".join(part for pair in pairs for part in pair)


def split_by_tags(markup: str, rng: np.random.Generator) -> str:
    """Put empty or plain inline elements inside the words of a fragment of markup."""
    tags = ("<span></span>", "<i></i>", "<wbr>", "<!-- -->", "<b></b>")
    return _in_text(markup, lambda word: _insert(word, rng, str(rng.choice(tags))))


def hidden_letters(markup: str, rng: np.random.Generator) -> str:
    """Put letters of no size inside the words of a fragment of markup."""
    tag = '<span style="font-size:0">{}</span>'
    return _in_text(markup, lambda word: _insert(word, rng, tag.format(rng.choice([*"xqzkj"]))))


def hidden_padding(paragraphs: list[str], padding: str, style: str) -> str:
    """Markup of paragraphs, each with as many clean words behind it, out of sight by a style."""
    wanted = sum(len(paragraph.split()) for paragraph in paragraphs)
    portions = _portions(padding, wanted, len(paragraphs))
    hidden = (f'<div style="{style}"><p>{html.escape(portion)}</p></div>' for portion in portions)
    shown = (f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs)
    return "".join(part for pair in zip(shown, hidden, strict=True) for part in pair)


def _portions(padding: str, words: int, parts: int) -> list[str]:
    """About `words` words of a text, repeated where it is too short, in equal parts."""
    known = padding.split() or ["and"]
    filled = (known * (words // len(known) + 1))[:words]
    return [" ".join(part) for part in np.array_split(np.array(filled, object), parts)]


def _insert(word: str, rng: np.random.Generator, piece: str) -> str:
    place = int(rng.integers(1, len(word)))
    return word[:place] + piece + word[place:]


def _in_words(
    text: str, rng: np.random.Generator, rate: float, change: Callable[[str], str]
) -> str:
    return _WORD.sub(lambda match: change(match[0]) if rng.random() < rate else match[0], text)


def _in_text(markup: str, change: Callable[[str], str]) -> str:
    """Change the words of a fragment of markup and leave its tags and references alone."""
    return _MARKUP_OR_WORD.sub(
        lambda match: match[0] if match[0][0] in "<&" else change(match[0]), markup
    )


def _paragraphs(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _marked_up(text: str) -> str:
    return "".join(f"<p>{html.escape(paragraph)}</p>" for paragraph in _paragraphs(text))


def _read(body: str) -> Document:
    markup = f"<html><body><article>{body}</article></body></html>"
    return document_from_html(Record("", 0, markup, "text/html"))


def _text_trick(change: Callable[[str, np.random.Generator], str]) -> Trick:
    return lambda target, rng: Document(change(target.spun.text, rng))


def _markup_trick(change: Callable[[str, np.random.Generator], str]) -> Trick:
    return lambda target, rng: _read(change(_marked_up(target.spun.text), rng))


def _hiding_trick(style: str) -> Trick:
    return lambda target, rng: _read(
        hidden_padding(_paragraphs(target.spun.text), target.padding, style)
    )


TRICKS: dict[str, Trick] = {
    "homoglyphs": _text_trick(homoglyphs),
    "zero-width characters": _text_trick(zero_width_characters),
    "soft hyphens": _text_trick(soft_hyphens),
    "styled letters": _text_trick(styled_letters),
    "character references in text": _text_trick(character_references),
    "character references in markup": _markup_trick(
        lambda markup, rng: _in_text(markup, lambda word: character_references(word, rng))
    ),
    "words split by tags": _markup_trick(split_by_tags),
    "hidden letters in words": _markup_trick(hidden_letters),
    **{f"hidden padding, {name}": _hiding_trick(style) for name, style in _HIDING_STYLES.items()},
    "padding": lambda target, rng: Document(padded(target.spun.text, target.padding)),
    "quotation marks": lambda target, rng: Document(in_quotation_marks(target.spun)),
}
"""Name to trick, in the order of the benchmark's table."""
