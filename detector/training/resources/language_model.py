"""A language model of word pairs, estimated from clean text."""

from collections import Counter
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.document import Document
from chaffinch.features.language.hashed_table import HashedTable
from chaffinch.features.language.language_model import LanguageModel, bigram_keys, quantise
from chaffinch.features.text.characters import classify
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import MAX_WORDS, Vocabulary

BIGRAM_CUTOFF = 2
"""Times that a word pair must be seen to be kept; our choice: most pairs are seen once, and would
make the table several times as large."""

_MOST_BIGRAMS = 1_500_000
"""Word pairs kept at the most; our choice: they fill 2 to the 21st slots, 6 MB, to seven tenths."""

_DOCUMENTS_PER_BLOCK = 64
"""Texts tokenised at once; our choice."""

_UNSEEN = 0.1
"""Added to every count, so that no logarithm is of 0; our choice, small beside one."""

_LEAST_BACKOFF = 1e-4
"""Least chance left for words that were not seen after a word, for the same reason."""


def blocks(texts: Iterable[str], vocabulary: Vocabulary) -> Iterator[TokenBlock]:
    """Tokenise texts, a few at a time."""
    batch: list[Document] = []
    for text in texts:
        batch.append(Document(text))
        if len(batch) == _DOCUMENTS_PER_BLOCK:
            yield TokenBlock.from_documents(batch, vocabulary)
            batch = []
    if batch:
        yield TokenBlock.from_documents(batch, vocabulary)


def count_words(texts: Iterable[str]) -> Counter[str]:
    """Count each folded word of the texts; numbers are left out."""
    counts: Counter[str] = Counter()
    for block in blocks(texts, Vocabulary.from_words([])):
        text = "".join(map(chr, classify(block.points)[1]))
        places = zip(block.start.tolist(), block.end.tolist(), strict=True)
        counts.update(text[first:last] for first, last in places)
    return counts


def choose_vocabulary(counts: Counter[str], wanted: Iterable[str], min_count: int) -> Vocabulary:
    """Choose the words with an id: the wanted ones, then the frequent ones, up to `MAX_WORDS`."""
    frequent = [
        word
        for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if count >= min_count and not word[0].isdigit()
    ]
    short_numbers = [str(number) for number in range(101)]
    chosen = dict.fromkeys([*short_numbers, *wanted, *frequent])
    return Vocabulary.from_words(list(chosen)[:MAX_WORDS])


def _counted(keys: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    unique, counts = np.unique(keys, return_counts=True)
    return unique, counts


def _discount(counts: NDArray[np.int64]) -> float:
    """Kneser-Ney's absolute discount (Ney, Essen and Kneser 1994)."""
    once, twice = int((counts == 1).sum()), int((counts == 2).sum())
    return once / (once + 2 * twice) if once else 0.5


def train_language_model(
    streams: Iterable[NDArray[np.uint16]],
    n_ids: int,
    bigram_cutoff: int = BIGRAM_CUTOFF,
) -> LanguageModel:
    """Estimate interpolated Kneser-Ney bigrams (Chen and Goodman 1999).

    Of too many pairs those are kept without which the counted text would be least likely: the
    weighted difference of Seymore and Rosenfeld, "Scalable backoff language models" (1996).

    Own code: the usual toolkits (KenLM, SRILM) are programs in C++, and numpy cannot look words up
    in their files.

    Args:
        streams: uint16 word ids of running text.
        n_ids: Size of the vocabulary, classes included.
        bigram_cutoff: Pairs seen less often are dropped.
    """
    ids = np.concatenate(list(streams))
    frequency = np.bincount(ids, minlength=n_ids).astype(np.float64)

    pairs, pair_counts = _counted(bigram_keys(ids[:-1], ids[1:]))
    first = (pairs >> np.uint64(16)).astype(np.int64)
    second = (pairs & np.uint64(0xFFFF)).astype(np.int64)
    # Kneser-Ney: a word's unigram weight is the number of different words it follows.
    continuation = np.bincount(second, minlength=n_ids) + _UNSEEN
    unigram = continuation / continuation.sum()

    discount = _discount(pair_counts)
    context_total = np.bincount(first, weights=pair_counts, minlength=n_ids)
    kept = pair_counts >= bigram_cutoff

    def estimate() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Chance of each second word, float64 of shape (n_pairs,), and what each word leaves."""
        direct = np.where(kept, pair_counts - discount, 0.0) / context_total[first]
        rest = 1.0 - np.bincount(first, weights=direct, minlength=n_ids)
        left = np.where(context_total == 0, 1.0, np.clip(rest, _LEAST_BACKOFF, 1.0))
        return direct + left[first] * unigram[second], left

    bigram_p, left = estimate()
    if kept.sum() > _MOST_BIGRAMS:
        loss = pair_counts * np.log(bigram_p / (left[first] * unigram[second]))
        kept[np.argsort(np.where(kept, -loss, np.inf), kind="stable")[_MOST_BIGRAMS:]] = False
        bigram_p, left = estimate()

    order = np.argsort(-pair_counts[kept], kind="stable")
    stored = quantise(np.log10(bigram_p[kept]))[:, None]
    return LanguageModel(
        unigram=np.log10(unigram).astype(np.float32),
        frequency=np.log10((frequency + _UNSEEN) / frequency.sum()).astype(np.float32),
        backoff=np.log10(left).astype(np.float32),
        bigrams=HashedTable.build(pairs[kept][order], stored[order]),
    )
