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
_HEAD_LINES = 8
_MIN_SHARED = 4
_MIN_BESIDE = 3
_LONGEST_REPLACED, _LONGEST_UNKNOWN = 4, 2
_LONG = 4
_CAP = 5
_MIN_LINK_WORDS, _MIN_LINK_SHARED, _LONGEST_IN_LINK = 3, 2, 6
_TAG_WORDS, _MOST_PLACES = 4, 200
_TEN_TIMES = 1.0
_TITLE, _LINE = "the headline", "another line"
_LINK, _LINK_TEXT = "a link's address", "its text"
_NOTE = "word other than in"
_KNOWN, _OTHER, _LINKS, _TAGS, _NO_REFERENCE = range(5)


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

    What it measures: single words that differ where the address, og:title, description, title,
    or an image's file name or text alternative otherwise agrees with the title or one of the
    first 8 lines, at most 5 that spinners are known to write for each other and at most 5
    others of four letters or more. These lines (headline, deck, caption, first paragraph) are
    compared with each other too, for known pairs alone, of which the original is ten times
    commoner: verse repeats its lines so as well, and they count with the others. Links whose
    address is made of words are compared with their own text, and two words of a tag with the
    text where it has one of them beside another word and never both; of these, too, only known
    pairs count, whose original is ten times commoner, at most 5 each. A known pair weighs 1,
    another 0.5; the reference's word is given as the original.

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
        """Columns of features, words that differ between passages, and the evidence of them."""
        written = self.resources.vocabulary.ids([pair.shown.words[pair.at] for pair in pairs])
        original = self.resources.vocabulary.ids([pair.original for pair in pairs])
        known, commoner = self._known(written, original)
        for number, pair in enumerate(pairs):
            column = _column(pair, bool(known[number]), bool(known[number] and commoner[number]))
            if column is not None:
                yield column, pair.shown.words[pair.at], _span(pair, column)

    def _beside_tags(self, block: TokenBlock) -> Iterator[tuple[int, str, Span]]:
        """The same of words beside one word of a tag, in the place of the other one."""
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
    for one in differences(reference, shown):
        length = one.end - one.first
        same_length = length == one.shown_end - one.shown_first <= _LONGEST_REPLACED
        if one.inside and same_length and one.beside >= _MIN_BESIDE:
            for number in range(length):
                original, index = reference.words[one.first + number], one.shown_first + number
                if is_replacement(original, shown.words[index]):
                    yield _Pair(doc, shown, index, reference, original, one)


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
        for one in differences(reference, shown):
            if max(one.end - one.first, one.shown_end - one.shown_first) <= _LONGEST_IN_LINK:
                # An address leaves out small words, so the others may stand closer there.
                for original in reference.words[one.first : one.end]:
                    for index in range(one.shown_first, one.shown_end):
                        if is_replacement(original, shown.words[index]):
                            yield _Pair(doc, shown, index, reference, original, one)


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
    for doc, one, other in wanted:
        of_one, of_other = (places.get((doc, hash_of[word]), ()) for word in (one, other))
        # Words that stand everywhere have everything beside them.
        is_rare = max(len(of_one), len(of_other)) <= _MOST_PLACES
        if is_rare and not _says_both(block, of_one, of_other):
            yield from ((token + 1, other) for token in of_one if spaced[token])
            yield from ((token - 1, one) for token in of_other if token and spaced[token - 1])


def _says_both(block: TokenBlock, one: Sequence[int], other: Sequence[int]) -> bool:
    """Whether a text has two words side by side, other than in a list of tags."""
    for token in {token + 1 for token in one}.intersection(other):
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
