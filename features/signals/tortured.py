"""Set terms of science in a paraphrasing tool's words."""

import numpy as np

from chaffinch.features.signal import CONVICTS, Feature, Measurement, Signal, Span
from chaffinch.features.text.mentions import mentioned
from chaffinch.features.text.tokens import GAP_HYPHEN, TokenBlock

_CAP = 6
"""Phrases beyond the first from which more count no further. Our choice: six leave no doubt."""

_BESIDE = 15
"""Words before and behind a phrase in which its term may stand. Our choice: a sentence's length."""

_MOST_EACH = 0.6
"""`Feature.most_each`. Our choice: two phrases beyond the first do not flag a page, and three
do."""


class Tortured(Signal):
    """Listed tortured phrases, such as a synonym for each word of a set term.

    What it measures: different phrases of the list beyond the first one, at most 6. Phrases in
    short quotations and phrases whose term stands within 15 words of them do not count. Each span
    weighs 1 and gives the term.

    Why farms show it: a paraphrasing tool rewrites the set terms of a field, for which no author
    has other words.

    When it is wrong: articles about tortured phrases that neither quote nor explain them. One
    phrase alone is an accident that 1 in 2,000 clean texts has. Terms that are not listed stay
    unseen.

    Source: Cabanac, Labbé and Magazinov, "Tortured phrases: a dubious writing style emerging in
    science", arXiv:2107.06751, and the Problematic Paper Screener's list.
    """

    name = "tortured"
    features = (
        Feature(
            "phrases",
            "phrases",
            "different listed phrases, less one",
            0,
            _CAP,
            "spun",
            most_alone=CONVICTS,
            most_each=_MOST_EACH,
        ),
    )

    def measure(self, block: TokenBlock) -> Measurement:
        listed = self.resources.tortured_phrases
        found = listed.find(block.word, block.gap <= GAP_HYPHEN)
        different: list[set[int]] = [set() for _ in block.documents]
        spans = []
        mention = mentioned(block) if len(found.first) else np.zeros(0, np.bool_)
        words = self.resources.vocabulary.words
        for first, length, phrase in zip(*(column.tolist() for column in found), strict=True):
            original = [id for id in listed.originals[phrase].tolist() if id]
            if mention[first] or _is_beside(block, first, length, original):
                continue
            doc = int(block.doc[first])
            different[doc].add(phrase)
            start, _ = block.local(first)
            _, end = block.local(first + length - 1)
            term = " ".join(words[id] for id in original)
            spans.append(Span(doc, "text", start, end, term, 1.0, "tortured phrase"))
        counts = np.array([[len(phrases) - 1] for phrases in different], np.float64)
        return Measurement(counts.clip(0, _CAP), spans)


def _is_beside(block: TokenBlock, first: int, length: int, original: list[int]) -> bool:
    """Whether a phrase's document has the term near it: then the phrase is explained, not used."""
    near = slice(max(first - _BESIDE, 0), first + length + _BESIDE)
    ids = block.word[near][block.doc[near] == block.doc[first]].tolist()
    n = len(original)
    return any(ids[place : place + n] == original for place in range(len(ids) - n + 1))
