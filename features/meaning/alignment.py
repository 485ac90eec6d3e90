"""Two texts laid side by side by what their sentences mean, in order."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.copies.unspun_words import blocks, names_and_numbers
from chaffinch.features.meaning.encoder import directions
from chaffinch.features.meaning.sentences import Sentence, sentences

_FLOOR = 0.45
"""Cosine from which two sentences may be counterparts. Our choice: of sentences of news with
nothing in common one in fifty is nearer, of back-translated ones none is as far."""

_BESIDE = 1
"""Sentences before or after its counterpart that a sentence may be as near to: rewriters join
sentences and part them. Our choice."""

_PRIOR_ENTITIES = 1.0
"""Names and numbers that are counted as kept, and as many as not, beside those of a text. Our
choice: a text with none says nothing."""

_MOST_STRETCH = 0.7
"""Natural log of how much longer one of two counterparts may be until it counts no further. Our
choice: twice as long."""


_LEAST_SHARE = 0.2
"""Share of the words by whose cosine the worst sentences are judged. Our choice: fewer may be the
encoder's error, or a line that was added."""


class MeaningText(NamedTuple):
    """A text as sentences that can be laid beside those of another one.

    Attributes:
        sentences: Its sentences, the first hundred.
        directions: float32 array of shape (n_sentences, width), their vectors of length 1.
        n_words: float64 array of shape (n_sentences,), words of each.
        entities: Hashes of the names and numbers of each sentence.
    """

    sentences: list[Sentence]
    directions: NDArray[np.float32]
    n_words: NDArray[np.float64]
    entities: list[frozenset[int]]


class MeaningAlignment(NamedTuple):
    """How the sentences of a copy stand beside those of a source.

    Attributes:
        counterpart: int64 array of shape (n_sentences,), the source's sentence that each sentence
            of the copy says again, never falling; -1 for none.
        cosine: float64 array of the same shape, how near they are; 0 for none.
        near: Mean of these over the copy's words, 0 to 1: how alike the texts are in meaning.
        least: The cosine that a fifth of the words with a counterpart stay under.
        order: What is near in this order, as a share of what would be in any order.
        mutual: Share of the words with a counterpart whose counterpart has none nearer.
        names: Share of the names and numbers in sentences with a counterpart that it has as well,
            both ways, drawn to one half where there are few.
        lengths: How alike counterparts are in length, 1 for the same and 0 for twice as long.
        n_matched: Sentences of the copy with a counterpart.
    """

    counterpart: NDArray[np.int64]
    cosine: NDArray[np.float64]
    near: float
    least: float
    order: float
    mutual: float
    names: float
    lengths: float
    n_matched: int


def meaning_texts(texts: Sequence[str], vectors: Sequence[NDArray[np.int8]]) -> list[MeaningText]:
    """Texts made ready to be laid side by side.

    Args:
        texts: The texts.
        vectors: For each the stored vectors of its `sentences`; where there are fewer of them, as
            of a text that was cut when it was stored, only so many sentences count.
    """
    cut = [sentences(text)[: len(own)] for text, own in zip(texts, vectors, strict=True)]
    # What is not read of a long text costs nothing.
    heads = [text[: own[-1].end] if own else "" for text, own in zip(texts, cut, strict=True)]
    made: list[MeaningText] = []
    for block in blocks(heads):
        is_entity = names_and_numbers(block)
        ends = np.cumsum(block.n_words).tolist()
        for first, end, origin in zip([0, *ends], ends, block.doc_start.tolist(), strict=False):
            own, read = cut[len(made)], vectors[len(made)]
            places = np.array([sentence.start for sentence in own], np.int64)
            of_word = np.searchsorted(places, block.start[first:end] - origin, "right") - 1
            entities: list[set[int]] = [set() for _ in own]
            chosen = np.flatnonzero(is_entity[first:end])
            hashes = block.word_hash[first:end][chosen].tolist()
            for sentence, entity in zip(of_word[chosen].tolist(), hashes, strict=True):
                entities[sentence].add(entity)
            n_words = np.bincount(of_word, minlength=len(own)).astype(np.float64)
            names = [frozenset(one) for one in entities]
            made.append(MeaningText(own, directions(read[: len(own)]), n_words, names))
    return made


def align_meaning(copy: MeaningText, source: MeaningText) -> MeaningAlignment:
    """Lay a text beside one that it may say again.

    Counterparts are chosen by dynamic programming, so that they never run backwards and what is
    near over the floor, weighed by words, is most (Gale and Church, Computational Linguistics 1993,
    align sentences so by their lengths). Several sentences may have one counterpart. The time is
    the product of both numbers of sentences.
    """
    n_sentences = len(copy.sentences)
    counterpart = np.full(n_sentences, -1)
    cosine = np.zeros(n_sentences)
    if not n_sentences or not len(source.sentences):
        return MeaningAlignment(counterpart, cosine, 0.0, 0.0, 0.0, 0.0, 0.5, 0.0, 0)
    near = (copy.directions @ source.directions.T).astype(np.float64)
    gain = (near - _FLOOR) * copy.n_words[:, None]
    best = np.zeros((n_sentences + 1, near.shape[1]))
    for row in range(n_sentences):
        best[row + 1] = np.maximum.accumulate(np.maximum(best[row], best[row] + gain[row]))
    end = near.shape[1] - 1
    for row in range(n_sentences - 1, -1, -1):
        if best[row + 1, end] > best[row, end]:
            reached = np.maximum.accumulate(best[row, : end + 1] + gain[row, : end + 1])
            end = int(np.argmax(reached >= reached[-1]))
            counterpart[row] = end
    matched = np.flatnonzero(counterpart >= 0)
    to = counterpart[matched]
    cosine[matched] = near[matched, to]
    weight = copy.n_words[matched]
    total = max(float(weight.sum()), 1.0)
    freely = float(np.maximum(gain, 0).max(axis=1).sum())
    back = near[:, to].argmax(axis=0)
    log_ratio = np.abs(np.log((copy.n_words[matched] + 1) / (source.n_words[to] + 1)))
    stretch = np.minimum(log_ratio / _MOST_STRETCH, 1)
    return MeaningAlignment(
        counterpart,
        cosine,
        float(cosine @ copy.n_words / max(float(copy.n_words.sum()), 1.0)),
        _least(cosine[matched], weight),
        float(best[-1, -1]) / freely if freely > 0 else 0.0,
        float(weight @ (np.abs(back - matched) <= _BESIDE)) / total,
        _names(copy, source, matched, to),
        float(weight @ (1 - stretch)) / total,
        len(matched),
    )


def _least(cosine: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """The cosine that `_LEAST_SHARE` of all words stay under; 0 for none."""
    if not len(cosine):
        return 0.0
    order = np.argsort(cosine, kind="stable")
    passed = np.cumsum(weight[order])
    return float(cosine[order][np.searchsorted(passed, _LEAST_SHARE * passed[-1])])


def _names(
    copy: MeaningText,
    source: MeaningText,
    matched: NDArray[np.int64],
    to: NDArray[np.int64],
) -> float:
    """Share of names and numbers that counterparts, or the sentences beside them, have too."""
    kept = total = 0
    for one, other, rows, places in (
        (copy, source, matched, to),
        (source, copy, to, matched),
    ):
        for row, place in zip(rows.tolist(), places.tolist(), strict=True):
            beside = other.entities[max(0, place - _BESIDE) : place + _BESIDE + 1]
            kept += len(one.entities[row].intersection(frozenset().union(*beside)))
            total += len(one.entities[row])
    return (kept + _PRIOR_ENTITIES) / (total + 2 * _PRIOR_ENTITIES)
