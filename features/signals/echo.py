"""The same words said twice on a page: spinners change the one place and not the other."""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise, permutations, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.addresses import seen_through
from chaffinch.features.document import Document
from chaffinch.features.signal import MOST_NAMED, Feature, Measurement, Signal, Span, Where
from chaffinch.features.text.passages import (
    MAX_CHARACTERS,
    Difference,
    Passage,
    address_words,
    differences,
    is_replacement,
    words_of,
)
from chaffinch.features.text.tokens import GAP_CLAUSE, GAP_DOCUMENT, GAP_NONE, TokenBlock
from chaffinch.features.text.vocabulary import WordSet, hash_words
from chaffinch.features.wording import counted

_MIN_WORDS = 5
"""Words of a passage that is aligned with others. Our choice: shorter ones agree by chance."""

_HEAD_LINES = 8
"""First lines of a text that are compared. Our choice: headline, deck, caption and first
paragraph."""

_MIN_SHARED = 4
"""Different words that two passages share at least. Our choice: fewer are those of a topic."""

_MIN_BESIDE = 3
"""Words around the differing ones that are the same in both passages, at least. Our choice."""

_LONGEST_REPLACED, _LONGEST_UNKNOWN = 4, 2
"""Words in a row that differ, each of which may be a known replacement, or any other. Our choice:
editors rewrite longer pieces, and spinners replace word by word."""

_LONG = 4
"""Letters of a word that may differ without being a known replacement. Our choice: shorter ones are
function words, which headlines leave out."""

_CAP = 5
"""Differing words of one kind from which more count no further. Our choice."""

_MIN_LINK_WORDS, _MIN_LINK_SHARED, _LONGEST_IN_LINK = 3, 2, 6
"""Words of a link's address and text, words that they share, and words in a row that differ. Our
choice: links are shorter than headlines, and their addresses leave out small words."""

_TAG_WORDS = 4
"""Words of a tag that are looked for. Our choice: longer tags are sentences."""

_MOST_PLACES = 200
"""Places of a word from which it is not compared with tags. Our choice: words that stand everywhere
have everything beside them."""

_TEN_TIMES = 1.0
"""Powers of ten by which an original is commoner than what is written for it. Our choice."""

# Places of a page, and what differs between two of them, as the evidence names it.
_TITLE, _LINE = "the headline", "another line"
_LINK, _LINK_TEXT = "a link's address", "its text"
_NOTE = "word other than in"

_KNOWN, _OTHER, _LINKS, _TAGS, _NO_REFERENCE = range(5)
"""Columns of the features."""


class _Pair(NamedTuple):
    """A word of a passage, and the word that another one has instead.

    Attributes:
        doc: Index of the document within the block.
        shown: The passage.
        at: Which of its words it is.
        reference: The other passage.
        original: Its word.
        around: What differs beside them.
    """

    doc: int
    shown: Passage
    at: int
    reference: Passage
    original: str
    around: Difference


class Echo(Signal):
    """Words that differ between two places of a page that say the same.

    What it measures: single words that differ between two places that otherwise agree. The
    address, og:title, description, title, and the file names and text alternatives of images are
    compared with the title and the first 8 lines (headline, deck, caption, first paragraph). At
    most 5 differing words count that spinners are known to write for each other, and at most 5
    others of four letters or more. Among those others are known pairs in two of the first lines
    whose original is ten times commoner, for verse repeats its lines with such changes. Links
    whose address is made of words are compared with their own text, and tags of two words with
    places where the text has one of them, beside another word, and never both. Of these only
    known pairs count whose original is ten times commoner, at most 5 each. A known pair weighs
    1, another 0.5; the reference's word is given as the original.

    Why farms show it: addresses, image names, descriptions and tags are taken from the source
    before or beside the text that is spun, and so are the addresses of links in it.

    When it is wrong: headlines are rewritten after publication, in the words of an editor;
    addresses may be in another language or made of tags; tags say in other words what a text
    is about ("mobile security" of "mobile surveillance").

    Source: permanent links of common publishing systems are made from the first title.
    """

    name = "echo"
    features = (
        Feature("known_pairs", "words", "known replacements beside originals", 0, _CAP, "spun"),
        Feature("other_pairs", "words", "other words that differ", 0, _CAP, "spun"),
        Feature("link_pairs", "words", "replacements in links to originals", 0, _CAP, "spun"),
        Feature("tag_pairs", "words", "replacements beside tags' originals", 0, _CAP, "spun"),
        Feature("no_reference", "0 or 1", "nothing to compare with", 0, 1, "context"),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        values = np.zeros((len(block), len(self.features)))
        pairs: list[_Pair] = []
        for doc, document in enumerate(block.documents):
            references = list(_references(document))
            values[doc, _NO_REFERENCE] = not references
            pairs += _pairs_in_head(doc, references, list(_shown(block, doc)))
            pairs += _pairs_in_links(doc, document)
        found: dict[tuple[object, ...], tuple[int, str, Span]] = {}
        for column, written, span in (*self._in_passages(pairs), *self._beside_tags(block)):
            key = (span.doc, span.start, span.note if span.start < 0 else "", span.original)
            if key not in found or found[key][2].weight < span.weight:
                found[key] = column, written, span
        # A headline stands in the markup and in the text: what it says twice is one fact.
        for doc, column, _, _ in {
            (span.doc, column, written, span.original) for column, written, span in found.values()
        }:
            values[doc, column] = min(values[doc, column] + 1, _CAP)
        spans = [span for *_, span in found.values()]
        return Measurement(values, sorted(spans, key=lambda span: (span.doc, span.start)))

    @classmethod
    def summarise(cls, text: str, spans: Sequence[Span], contributions: Sequence[float]) -> str:
        return "; ".join(_contradictions(text, spans)) or cls.without_evidence

    def _in_passages(self, pairs: Sequence[_Pair]) -> Iterator[tuple[int, str, Span]]:
        """Each word that differs between passages: its feature's column, the word, its evidence."""
        written = self.resources.vocabulary.ids([pair.shown.words[pair.at] for pair in pairs])
        original = self.resources.vocabulary.ids([pair.original for pair in pairs])
        known, commoner = self._known(written, original)
        for number, pair in enumerate(pairs):
            column = _column(pair, bool(known[number]), bool(known[number] and commoner[number]))
            if column is not None:
                yield column, pair.shown.words[pair.at], _span(pair, column)

    def _beside_tags(self, block: TokenBlock) -> Iterator[tuple[int, str, Span]]:
        """The same for words beside one word of a tag, in the place of the other one."""
        found = list(_beside_tags(block))
        tokens = np.array([token for token, _ in found], np.int64)
        original = self.resources.vocabulary.ids([word for _, word in found])
        known, commoner = self._known(block.word[tokens], original)
        for number in np.flatnonzero(known & commoner).tolist():
            token, word = found[number]
            start, end = block.local(token)
            doc = int(block.doc[token])
            written = block.documents[doc].text[start:end].lower()
            if is_replacement(word, written):
                yield _TAGS, written, Span(doc, "text", start, end, word, 1.0, f"{_NOTE} a tag")

    def _known(
        self, written: NDArray[np.uint16], original: NDArray[np.uint16]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which words spinners are known to write for which, and which are ten times rarer."""
        channel, frequency = self.resources.channel, self.resources.language_model.frequency
        owner, candidates = channel.expand(written)
        known = np.zeros(len(written), np.bool_)
        known[owner[channel.original[candidates] == original[owner]]] = True
        commoner: NDArray[np.bool_] = frequency[original] - frequency[written] >= _TEN_TIMES
        return known, commoner


def _contradictions(text: str, spans: Sequence[Span]) -> Iterator[str]:
    """What two places of a page say otherwise, first what stands outside its text."""
    outside = dict.fromkeys(span.note for span in spans if span.where != "text")
    yield from list(outside)[:MOST_NAMED]
    inside: dict[str, dict[str, None]] = {}
    for span in spans:
        if span.where == "text":
            pair = f"'{text[span.start : span.end].lower()}' for '{span.original}'"
            inside.setdefault(span.note, {})[pair] = None
    ranked = sorted(inside.items(), key=lambda item: -len(item[1]))
    for note, pairs in ranked[: max(0, MOST_NAMED - len(outside))]:
        yield f"{counted(len(pairs), note)}: {', '.join(list(pairs)[:MOST_NAMED])}"


def _references(document: Document) -> Iterator[Passage]:
    """What spinners leave alone, each wording once, where it is long enough to be aligned."""
    seen = set()
    for place, text in _stated(document):
        if text and text not in seen:
            seen.add(text)
            passage = Passage.of(place, text)
            if len(passage.words) >= _MIN_WORDS:
                yield passage


def _stated(document: Document) -> Iterator[tuple[str, str]]:
    yield _TITLE, document.title
    yield "the address", address_words(_address(document), _MIN_WORDS)
    if document.metadata is None:
        return
    yield "og:title", document.metadata.og_title or ""
    yield "the description", document.metadata.description or ""
    for image in document.metadata.images:
        yield "an image's name", address_words(image.url, _MIN_WORDS)
        yield "an image's text", image.alt


def _address(document: Document) -> str:
    """A page's address, or the one that it states where nothing else is known."""
    stated = document.metadata and document.metadata.canonical_url
    return seen_through(document.url or stated or "")


def _shown(block: TokenBlock, doc: int) -> Iterator[Passage]:
    passage = Passage.of(_TITLE, block.documents[doc].title)
    if len(passage.words) >= _MIN_WORDS:
        yield passage
    for start, line in block.lines[doc][:_HEAD_LINES]:
        passage = Passage.of(_LINE, line[:MAX_CHARACTERS], start)
        if len(passage.words) >= _MIN_WORDS:
            yield passage


def _pairs_in_head(
    doc: int, references: Sequence[Passage], shown: Sequence[Passage]
) -> Iterator[_Pair]:
    """Words of title and first lines that differ from what else the page says of itself."""
    of_text = [passage for passage in shown if passage.place == _LINE]
    for reference, passage in product(references, shown):
        if _are_alike(reference, passage, len(reference.distinct & passage.distinct)):
            yield from _aligned(doc, reference, passage)
    for two in combinations(of_text, 2):
        shared = len(two[0].distinct & two[1].distinct)
        for reference, passage in permutations(two) if shared >= _MIN_SHARED else ():
            if _are_alike(reference, passage, shared):
                yield from _aligned(doc, reference, passage)


def _are_alike(reference: Passage, shown: Passage, shared: int) -> bool:
    """Whether two passages share most words of the first, and each has some of its own."""
    missing = len(reference.distinct) - shared
    return shared >= _MIN_SHARED and 0 < missing <= shared < len(shown.distinct)


def _aligned(doc: int, reference: Passage, shown: Passage) -> Iterator[_Pair]:
    for difference in differences(reference, shown):
        first, shown_first = difference.first, difference.shown_first
        length = difference.end - first
        same_length = length == difference.shown_end - shown_first <= _LONGEST_REPLACED
        if difference.inside and same_length and difference.beside >= _MIN_BESIDE:
            for number in range(length):
                original, index = reference.words[first + number], shown_first + number
                if is_replacement(original, shown.words[index]):
                    yield _Pair(doc, shown, index, reference, original, difference)


def _pairs_in_links(doc: int, document: Document) -> Iterator[_Pair]:
    """Words of links that differ from those of the addresses they lead to."""
    for link in document.metadata.links if document.metadata else ():
        shown = Passage.of(_LINK_TEXT, link.text)
        address = link.url.lower()
        if sum(word in address for word in shown.distinct) < _MIN_LINK_SHARED:
            continue
        reference = Passage.of(_LINK, address_words(address, _MIN_LINK_WORDS))
        shared = len(reference.distinct & shown.distinct)
        if not _MIN_LINK_SHARED <= shared < min(len(reference.distinct), len(shown.distinct)):
            continue
        shown = shown._replace(start=document.text.find(link.text))
        for difference in differences(reference, shown):
            # An address leaves out small words, so any of its words may be the original of any.
            originals = reference.words[difference.first : difference.end]
            places = range(difference.shown_first, difference.shown_end)
            if max(len(originals), len(places)) <= _LONGEST_IN_LINK:
                for original, index in product(originals, places):
                    if is_replacement(original, shown.words[index]):
                        yield _Pair(doc, shown, index, reference, original, difference)


def _beside_tags(block: TokenBlock) -> Iterator[tuple[int, str]]:
    """Tokens beside one word of a tag whose two words the text never has, and the other word."""
    wanted = [
        (doc, *two)
        for doc, document in enumerate(block.documents)
        if document.metadata
        for two in dict.fromkeys(
            two
            for tag in document.metadata.tags
            if " " in tag
            for two in pairwise(words_of(tag)[:_TAG_WORDS])
        )
    ]
    if not wanted:
        return
    words = list(dict.fromkeys(word for _, *two in wanted for word in two))
    tokens = np.flatnonzero(WordSet(words).holds(block.word_hash))
    places: dict[tuple[int, int], list[int]] = {}
    docs, hashes = block.doc[tokens].tolist(), block.word_hash[tokens].tolist()
    for token, doc, hashed in zip(tokens.tolist(), docs, hashes, strict=True):
        places.setdefault((doc, hashed), []).append(token)
    hash_of = dict(zip(words, hash_words(words).tolist(), strict=True))
    # Nothing but a space parts the two words, so they are of one document.
    spaced = np.append(block.gap[1:] == GAP_NONE, False).tolist()
    for doc, first, second in wanted:
        firsts, seconds = (places.get((doc, hash_of[word]), ()) for word in (first, second))
        is_rare = max(len(firsts), len(seconds)) <= _MOST_PLACES
        if is_rare and not _says_both(block, firsts, seconds):
            yield from ((token + 1, second) for token in firsts if spaced[token])
            yield from ((token - 1, first) for token in seconds if token and spaced[token - 1])


def _says_both(block: TokenBlock, firsts: Sequence[int], seconds: Sequence[int]) -> bool:
    """Whether a text has two words side by side, other than in a list of tags."""
    for token in {token + 1 for token in firsts}.intersection(seconds):
        after = block.gap[token + 1] if token + 1 < len(block.gap) else GAP_DOCUMENT
        if block.gap[token - 1] < GAP_CLAUSE or after < GAP_CLAUSE:
            return True
    return False


def _column(pair: _Pair, known: bool, known_rarer: bool) -> int | None:
    """Column of the feature that a pair counts for; None for one that says nothing."""
    if pair.reference.place == _LINK:
        return _LINKS if known_rarer else None
    if pair.reference.place == _LINE:
        return _OTHER if known_rarer else None
    if known:
        return _KNOWN
    shorter = min(len(pair.shown.words[pair.at]), len(pair.original))
    is_short = pair.around.end - pair.around.first <= _LONGEST_UNKNOWN
    return _OTHER if is_short and shorter >= _LONG else None


def _span(pair: _Pair, column: int) -> Span:
    weight = 0.5 if column == _OTHER else 1.0
    shown, reference = pair.shown, pair.reference
    if shown.start >= 0:
        start, end = (shown.start + place for place in shown.span(pair.at))
        note = f"{_NOTE} {reference.place}"
        return Span(pair.doc, "text", start, end, pair.original, weight, note)
    there = reference.wording(pair.around.first - 1, pair.around.end + 1)
    here = shown.wording(pair.around.shown_first - 1, pair.around.shown_end + 1)
    note = f"{reference.place} says '{there}', {shown.place} '{here}'"
    where: Where = "title" if shown.place == _TITLE else "metadata"
    return Span(pair.doc, where, -1, -1, pair.original, weight, note)
