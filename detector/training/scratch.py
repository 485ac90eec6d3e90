"""A language model and a channel from the user's own clean texts, starting from no model."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from chaffinch.datasets.lexicons.inflection import Inflection
from chaffinch.datasets.lexicons.lexicons import Lexicons, read_lexicons
from chaffinch.datasets.lexicons.wordnet import WordNet
from chaffinch.datasets.spinners.neighbour import NeighbourSpinner
from chaffinch.datasets.spinners.spinner import Spinner
from chaffinch.detector.training.fitting import TrainingError
from chaffinch.detector.training.labelled import Example
from chaffinch.detector.training.resources.build import build_resources, with_fitted_odds
from chaffinch.detector.training.simulation import make_spinners, training_families
from chaffinch.features.resources import Resources
from chaffinch.features.text.vocabulary import FIRST_WORD

MIN_WORDS = 100_000
"""Words of clean text without which a language model says nothing; our choice."""

_MOST_FOR_ODDS = 2_000
"""Texts whose words the odds' curves are fitted to; our choice."""

_RANDOM_OPTIONS = 8
"""Substitutes of each word where there is no thesaurus; our choice."""

_NO_LEXICONS = Lexicons(
    wordnet=WordNet({}, {}, {}, {}, {}),
    moby={},
    mythes={},
    phrases={},
    tortured={},
    neighbours={},
    observed=[],
    inflection=Inflection(()),
    word_rank={},
)
"""No synonym resources."""


def build_from_examples(
    examples: Sequence[Example], lexicons: Path | None
) -> tuple[Resources, list[Example]]:
    """Build a language model from the clean texts of half of the groups.

    Features of texts that a language model was built from look too clean, so these groups
    serve for nothing else, copies of their texts included.

    Args:
        examples: Labelled texts.
        lexicons: Data folder with synonym resources for the channel. Without them no original can
            be named, and what a replaced word looks like is learned from random words.

    Returns:
        The resources to measure with, and the examples of the other groups.

    Raises:
        TrainingError: There are too few clean words.
    """
    with_clean = {example.unit for example in examples if not example.label}
    chosen = set(sorted(with_clean)[::2])
    texts = [
        example.document.text
        for example in examples
        if example.unit in chosen and not example.label
    ]
    n_words = sum(len(text.split()) for text in texts)
    if n_words < MIN_WORDS:
        raise TrainingError(
            f"A language model from scratch needs at least {MIN_WORDS:,} words of clean text; "
            f"half of the clean groups hold {n_words:,}. Add clean texts, or start from a model: "
            "leave out --from-scratch."
        )
    known = read_lexicons(lexicons) if lexicons else _NO_LEXICONS
    resources = build_resources({"own": texts}, known)
    rest = [example for example in examples if example.unit not in chosen]
    others = [example.document.text for example in rest if not example.label]
    if others:
        spinners = (
            make_spinners(known, training_families(())) if lexicons else _random_spinner(resources)
        )
        resources, _ = with_fitted_odds(resources, others[:_MOST_FOR_ODDS], spinners)
    return resources, rest


def _random_spinner(resources: Resources) -> dict[str, list[Spinner]]:
    """A spinner that writes any known words: all that can be learned without a thesaurus."""
    words = resources.vocabulary.words[FIRST_WORD:]
    drawn = np.random.default_rng(0).integers(len(words), size=(len(words), _RANDOM_OPTIONS))
    table = {
        word: [words[index] for index in row]
        for word, row in zip(words, drawn.tolist(), strict=True)
        if word.isalpha()
    }
    return {"neighbour": [NeighbourSpinner(table)]}
