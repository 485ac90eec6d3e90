"""Which texts say an original of an index again in other words, and which sentences show it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.audit.copies.originals import Originals
from chaffinch.detector.audit.meaning.model import MeaningModel, evidence
from chaffinch.detector.audit.meaning.search import nearest
from chaffinch.detector.audit.meaning.vectors import passages, sentence_vectors
from chaffinch.features.meaning.alignment import (
    MeaningAlignment,
    MeaningText,
    align_meaning,
    meaning_texts,
)
from chaffinch.features.meaning.encoder import WIDTH, SentenceEncoder, directions
from chaffinch.features.meaning.sentences import sentences

MOST_CANDIDATES = 8
"""Originals that a text is laid beside. Our choice: the right one is first for 95 % of paraphrases,
and the others are the rivals that the margin is measured by."""

_PASSAGES_FOUND = 24
"""Passages that are found for each of a text's own. Our choice: eight originals have some three
each."""

_LEAST_SENTENCES, _LEAST_WORDS = 3, 40
"""Sentences with a counterpart, and words of a text, at least. Our choice: what is shorter says
what many say."""

_TEXTS_AT_ONCE = 256
"""Texts that are read before they are searched for: their vectors take some 10 MB (our choice)."""

_MOST_SHOWN, _LONGEST_SHOWN = 8, 300
"""Pairs of sentences that are kept as evidence, and characters of each original's (our choice)."""


class SentencePair(NamedTuple):
    """A sentence of a copy, and what its source says.

    Attributes:
        start: First code point in the copy.
        end: One past the last one.
        original: The source's sentence, its first 300 characters.
        similarity: Cosine of both, 0 to 1.
    """

    start: int
    end: int
    original: str
    similarity: float


class FoundByMeaning(NamedTuple):
    """A text that says an original again.

    Attributes:
        number: Number of the text among those that were given.
        original: Number of the original.
        similarity: How alike both are in meaning, 0 to 1 (`MeaningAlignment.near`).
        pairs: The sentences that show it best, in the text's order.
    """

    number: int
    original: int
    similarity: float
    pairs: tuple[SentencePair, ...]


class Compared(NamedTuple):
    """A text beside its nearest original.

    Attributes:
        original: Number of the original.
        alignment: How the text stands beside it.
        inputs: float64 array of shape (n_inputs,), what a model weighs.
    """

    original: int
    alignment: MeaningAlignment
    inputs: NDArray[np.float64]


def find_by_meaning(
    texts: Iterable[str],
    originals: Originals,
    encoder: SentenceEncoder,
    model: MeaningModel,
) -> Iterator[FoundByMeaning]:
    """Find the texts that say an original again, in order.

    Args:
        texts: The texts.
        originals: An index with vectors.
        encoder: What reads the texts.
        model: What decides.

    Raises:
        OriginalsError: The index cannot be read.
    """
    given = enumerate(texts)
    while some := list(islice(given, _TEXTS_AT_ONCE)):
        read = [(number, text) for number, text in some if len(text.split()) >= _LEAST_WORDS]
        compared = compare_with_originals([text for _, text in read], originals, encoder)
        for (number, text), one in zip(read, compared, strict=True):
            if (
                one is not None
                and one.alignment.n_matched >= _LEAST_SENTENCES
                and model.log_odds(one.inputs) >= model.threshold
            ):
                pairs = _shown(text, originals.text(one.original), one.alignment)
                yield FoundByMeaning(number, one.original, one.alignment.near, pairs)


def compare_with_originals(
    texts: Sequence[str], originals: Originals, encoder: SentenceEncoder
) -> list[Compared | None]:
    """Each text beside its nearest original; None where neither has a sentence.

    Args:
        texts: The texts.
        originals: An index with vectors.
        encoder: What reads the texts.
    """
    vectors = [sentence_vectors(text, encoder) for text in texts]
    candidates = _candidates(vectors, originals)
    return [
        _compared(copy, numbers, originals)
        for copy, numbers in zip(meaning_texts(texts, vectors), candidates, strict=True)
    ]


def _candidates(vectors: Sequence[NDArray[np.int8]], originals: Originals) -> list[list[int]]:
    """The originals with the nearest passages of each text, the nearest first."""
    own = [passages(one) for one in vectors]
    queries = directions(np.concatenate([np.zeros((0, WIDTH), np.int8), *own]))
    owners, cosines = nearest(queries, originals.passages(), _PASSAGES_FOUND)
    found: list[list[int]] = []
    start = 0
    for one in own:
        rows = slice(start, start + len(one))
        start += len(one)
        order = np.lexsort((owners[rows].ravel(), -cosines[rows].ravel()))
        numbers = [number for number in owners[rows].ravel()[order].tolist() if number >= 0]
        found.append(list(dict.fromkeys(numbers))[:MOST_CANDIDATES])
    return found


def _compared(copy: MeaningText, numbers: Sequence[int], originals: Originals) -> Compared | None:
    if not numbers or not copy.sentences:
        return None
    read = meaning_texts(
        [originals.text(number) for number in numbers],
        [originals.sentence_vectors(number) for number in numbers],
    )
    alignments = [align_meaning(copy, one) for one in read]
    best = max(range(len(numbers)), key=lambda place: (alignments[place].near, -numbers[place]))
    near = alignments[best].near
    # What is as near to the source as the copy is another version of the source, and no rival.
    rivals = [
        alignment.near
        for place, alignment in enumerate(alignments)
        if place != best and align_meaning(read[place], read[best]).near < near
    ]
    found = alignments[best]
    return Compared(numbers[best], found, evidence(found, max(rivals, default=0.0)))


def _shown(text: str, original: str, alignment: MeaningAlignment) -> tuple[SentencePair, ...]:
    """The nearest pairs of sentences, in the copy's order."""
    of_copy, of_source = sentences(text), sentences(original)
    matched = np.flatnonzero(alignment.counterpart >= 0)
    best = matched[np.argsort(-alignment.cosine[matched], kind="stable")[:_MOST_SHOWN]]
    return tuple(
        SentencePair(
            of_copy[row].start,
            of_copy[row].end,
            original[slice(*of_source[alignment.counterpart[row]])][:_LONGEST_SHOWN],
            float(alignment.cosine[row]),
        )
        for row in np.sort(best).tolist()
    )
