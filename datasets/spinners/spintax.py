"""A spinner that writes alternatives in braces and expands them badly."""

import re

import numpy as np

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms
from chaffinch.datasets.spinners.family import of_one_thesaurus
from chaffinch.datasets.spinners.spinner import Candidate
from chaffinch.datasets.spinners.thesaurus import ThesaurusSpinner

# Alternatives without any inside.
_INNERMOST = re.compile(r"\{([^{}|]*(?:\|[^{}|]*)+)\}")
# What vendors' templates call what is to be filled in.
_PLACEHOLDERS = ("keyword", "title", "city", "category")
_NESTED, _SINGLE, _PLACEHOLDER = 0.015, 0.01, 0.005
"""Shares of replaced words that are nested, in braces alone, or never filled in. Our choice."""


def expand_once(spintax: str, rng: np.random.Generator) -> str:
    """Choose in the innermost alternatives only, as an expander that knows no nesting does.

    >>> expand_once("{big|{large|large}}", np.random.default_rng(0))
    '{big|large}'
    """

    def choice(match: re.Match[str]) -> str:
        options = match[1].split("|")
        return options[int(rng.integers(len(options)))]

    return _INNERMOST.sub(choice, spintax)


class SpintaxSpinner(ThesaurusSpinner):
    """Writes words as ``{one|another}`` and publishes what a poor expander makes of it.

    The notation is that of article spinners' vendors ("spintax"). Nested alternatives, braces
    round a single one (``{of professional}``, seen on a real page) and placeholders that were
    never filled in (``%keyword%``) stay in the text, together in 3 of 100 replaced words.

    Args:
        synonyms: Words to their synonyms.
    """

    def __init__(self, synonyms: InflectedSynonyms) -> None:
        super().__init__("spintax", synonyms)

    def pick(self, candidate: Candidate, rng: np.random.Generator) -> str:
        drawn = rng.integers(len(candidate.options), size=3)
        one, another, third = (candidate.options[index] for index in drawn.tolist())
        kind = rng.random()
        if kind < _PLACEHOLDER:
            return f"%{_PLACEHOLDERS[int(rng.integers(len(_PLACEHOLDERS)))]}%"
        if kind < _PLACEHOLDER + _SINGLE:
            return expand_once(f"{{{one}}}", rng)
        if kind < _PLACEHOLDER + _SINGLE + _NESTED:
            return expand_once(f"{{{one}|{{{another}|{third}}}}}", rng)
        return expand_once(f"{{{one}|{another}|{third}}}", rng)


FAMILIES = {"spintax": of_one_thesaurus("moby", (0.08, 0.4), SpintaxSpinner)}
