"""The same words said twice on a page: spinners change the one place and not the other."""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import combinations, islice, product
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import numpy as np

from chaffinch.features.document import Document
from chaffinch.features.lines import lines
from chaffinch.features.signal import Feature, Measurement, Signal, Span
from chaffinch.features.tokens import TokenBlock

_WORD = re.compile(r"[^\W_]+")
_SLUG_WORD = re.compile(r"[a-z]{4,}")
_MIN_SLUG_WORDS = 4
_MIN_WORDS = 5
_MAX_WORDS = 60
_HEAD_CHARACTERS = 600
_HEAD_LINES = 8
_MAX_LINE = 400
_MIN_SHARED = 4
_MIN_BESIDE = 3
_LONGEST_REPLACED = 2
_STEM, _LEAST_STEM = 4, 3
_LONG = 4
_CAP = 5
_LINE = "another line"


class _Passage(NamedTuple):
    """One place on a page: its text, where that begins, its words in lower case, and their set."""

    place: str
    start: int
    text: str
    words: list[str]
    distinct: set[str]

    def span(self, index: int) -> tuple[int, int]:
        """Where a word stands in the place's text."""
        return next(islice(_WORD.finditer(self.text), index, None)).span()


class Echo(Signal):
    """Words that differ between two places of a page that say the same.

    What it measures: the share of the words of the URL's last part (four or more of them)
    that stand neither in the title nor in the first 600 characters; then single words that
    differ where the address, og:title, description, title, or an image's file name or text
    alternative otherwise agrees with the title or one of the first 8 lines, at most 5 that
    spinners are known to write for each other and at most 5 others of four letters or more.
    These lines (headline, deck, caption, first paragraph) are compared with each other too,
    for known pairs alone, of which the original is ten times commoner: verse repeats its lines
    so as well, and they count with the others. A known pair weighs 1, another 0.5; the
    reference's word is given as the original.

    Why farms show it: addresses, image names and descriptions are taken from the source
    before or beside the text that is spun.

    When it is wrong: headlines are rewritten after publication, in the words of an editor;
    addresses may be in another language or made of tags.

    Source: permanent links of common publishing systems are made from the first title.
    """

    name = "echo"
    features = (
        Feature("slug_mismatch", "share of words", "address words not shown", 0, 1, "spun"),
        Feature("known_pairs", "words", "known replacements beside originals", 0, _CAP, "spun"),
        Feature("other_pairs", "words", "other words that differ", 0, _CAP, "spun"),
        Feature("no_reference", "0 or 1", "nothing to compare with", 0, 1, "context"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        values = np.zeros((len(block), len(self.features)))
        spans = []
        for doc, document in enumerate(block.documents):
            references = list(_references(document))
            slug = slug_words(document)
            values[doc, 3] = not references and len(slug) < _MIN_SLUG_WORDS
            if len(slug) >= _MIN_SLUG_WORDS:
                head = f"{document.title} {document.text[:_HEAD_CHARACTERS]}".lower()
                in_head = set(_WORD.findall(head))
                missing = [word for word in slug if word not in in_head]
                values[doc, 0] = len(missing) / len(slug)
                if 2 * len(missing) >= len(slug):
                    note = f"address says: {', '.join(missing[:8])}"
                    spans.append(Span(doc, "metadata", -1, -1, None, 1.0, note))
            found: dict[tuple[str, int, int], Span] = {}
            shown = list(_shown(document))
            for reference, passage in [*product(references, shown), *_alike(shown)]:
                for index, original in _differences(reference, passage):
                    written = passage.words[index]
                    known = self._is_known(written, original)
                    if not known and min(len(written), len(original)) < _LONG:
                        continue
                    if reference.place == _LINE and not (
                        known and self._is_commoner(original, written)
                    ):
                        continue
                    span = _span(doc, passage, index, original, reference.place, known)
                    key = (passage.place, passage.start, index)
                    if key not in found or found[key].weight < span.weight:
                        found[key] = span
            for span in found.values():
                column = 1 if span.weight == 1 else 2
                values[doc, column] = min(values[doc, column] + 1, _CAP)
            spans += found.values()
        return Measurement(values, sorted(spans, key=lambda span: (span.doc, span.start)))

    def _is_known(self, shown: str, original: str) -> bool:
        """Whether a spinner is known to write the one word for the other."""
        written, wanted = self.resources.vocabulary.ids([shown, original])
        _, pairs = self.resources.channel.expand(np.array([written], np.uint16))
        return bool((self.resources.channel.original[pairs] == wanted).any())

    def _is_commoner(self, word: str, other: str) -> bool:
        """Whether English has a word at least ten times as often as another one."""
        first, second = self.resources.vocabulary.ids([word, other])
        frequency = self.resources.language_model.frequency
        return bool(frequency[first] - frequency[second] >= 1)


def _references(document: Document) -> Iterator[_Passage]:
    """What spinners leave alone, where it is long enough to be aligned."""
    yield from _passages("title", document.title)
    yield from _passages("address", _last_part(document.url))
    if document.metadata is None:
        return
    yield from _passages("og:title", document.metadata.og_title or "")
    yield from _passages("description", document.metadata.description or "")
    for image in document.metadata.images:
        yield from _passages("image name", _last_part(image.url))
        yield from _passages("image text", image.alt)


def _shown(document: Document) -> Iterator[_Passage]:
    yield from _passages("title", document.title)
    head = document.text[: _HEAD_LINES * _MAX_LINE]
    for _, (start, line) in zip(range(_HEAD_LINES), lines(head), strict=False):
        yield from _passages(_LINE, line[:_MAX_LINE], start)


def _alike(shown: list[_Passage]) -> Iterator[tuple[_Passage, _Passage]]:
    """Both orders of every two lines of the text that share enough words to be compared."""
    for one, other in combinations((passage for passage in shown if passage.place == _LINE), 2):
        if len(one.distinct & other.distinct) >= _MIN_SHARED:
            yield one, other
            yield other, one


def _passages(place: str, text: str, start: int = 0) -> Iterator[_Passage]:
    words = [word.lower() for word in _WORD.findall(text[:_MAX_LINE])[:_MAX_WORDS]]
    if len(words) >= _MIN_WORDS:
        yield _Passage(place, start, text, words, set(words))


def _differences(reference: _Passage, shown: _Passage) -> Iterator[tuple[int, str]]:
    """Index of each word that is shown in another one's place, and the other one."""
    wanted, have = reference.words, shown.words
    missing = reference.distinct - shown.distinct
    shared = len(reference.distinct) - len(missing)
    if not missing or shared < max(_MIN_SHARED, len(missing)):
        return
    codes = SequenceMatcher(None, wanted, have, autojunk=False).get_opcodes()
    for before, (kind, first, last, shown_first, shown_last), after in zip(
        codes, codes[1:], codes[2:], strict=False
    ):
        beside = before[2] - before[1] + after[2] - after[1]
        same_length = last - first == shown_last - shown_first <= _LONGEST_REPLACED
        if kind == "replace" and same_length and beside >= _MIN_BESIDE:
            for original, index in zip(
                wanted[first:last], range(shown_first, shown_last), strict=True
            ):
                if _is_replacement(original, have[index]):
                    yield index, original


def _is_replacement(original: str, shown: str) -> bool:
    """Whether two different words are more than two forms of one ("Oct", "October"), no numbers."""
    both_words = original.isalpha() and shown.isalpha() and min(len(original), len(shown)) > 1
    stem = min(len(original), len(shown), _STEM)
    return both_words and (stem < _LEAST_STEM or original[:stem] != shown[:stem])


def _span(doc: int, passage: _Passage, index: int, original: str, place: str, known: bool) -> Span:
    start, end = passage.span(index)
    shown = passage.text[start:end]
    weight = 1.0 if known and place != _LINE else 0.5
    if passage.place == "title":
        note = f"title says '{shown}', {place} '{original}'"
        return Span(doc, "title", -1, -1, original, weight, note)
    note = f"other word than in {'' if place == _LINE else 'the '}{place}"
    return Span(doc, "text", passage.start + start, passage.start + end, original, weight, note)


def slug_words(document: Document) -> list[str]:
    """Words of four letters or more in the last part of a document's address.

    >>> slug_words(Document("", url="https://example.org/2024/river-floods-old-town.html"))
    ['river', 'floods', 'town']
    """
    return _SLUG_WORD.findall(_last_part(document.url))


def _last_part(url: str) -> str:
    """The last part of an address's path in lower case, without its ending; "" if broken."""
    if not url:
        return ""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return ""
    return path.rstrip("/").rsplit("/", 1)[-1].rsplit(".", 1)[0].lower()[:300]
