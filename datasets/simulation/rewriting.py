"""Simulated rewriting, sentence by sentence: the meaning and its order stay, the wording does not.

After what paraphrasing tools and language models do (Krishna et al., NeurIPS 2023, vary words and
order): clauses change places, sentences are joined, parted and left out, and many words replaced.
"""

import re
from collections.abc import Sequence

import numpy as np

from chaffinch.datasets.spinners.spinner import Spinner
from chaffinch.features.text.function_words import FUNCTION_WORDS

_DROPPED, _TURNED, _JOINED, _PARTED, _LED = 0.07, 0.6, 0.2, 0.5, 0.1
"""Shares of the sentences that are left out, whose clauses change places where they can, that are
joined to the next one, parted where they can be, and begun with a phrase; our choice."""

_SHORT_WORDS = 14
"""Words up to which a sentence is joined to another one; our choice."""

_LEADS = ("In addition", "Moreover", "At the same time", "Meanwhile", "It is also true that")

_CONJUNCTIONS = "because|when|while|although|after|before|if|since|until|unless|as"
_CLAUSE_LAST = re.compile(
    rf"(?P<main>.{{20,}}?),? (?P<word>{_CONJUNCTIONS}) (?P<clause>[^,]{{12,}})"
)
_CLAUSE_FIRST = re.compile(
    rf"(?P<word>{_CONJUNCTIONS}) (?P<clause>[^,]{{12,}}), (?P<main>.{{20,}})", re.IGNORECASE
)
_SAID_LAST = re.compile(r"(?P<main>.{20,}), (?P<who>[^,]{2,40}) (?P<word>said|says|added)")
_PART = re.compile(r"(?:;|, (?:and|but|so)) (?=.{30})")


def rewrite(cut: Sequence[str], spinner: Spinner, rng: np.random.Generator, rate: float) -> str:
    """The sentences of a text in other words, as one paragraph.

    Args:
        cut: The sentences.
        spinner: What replaces words.
        rng: Source of chance.
        rate: Share of the words to replace.
    """
    made: list[str] = []
    waiting = ""
    for sentence in cut:
        draw = rng.random(5)
        if draw[0] < _DROPPED and len(cut) > 4:
            continue
        body, stop = sentence.rstrip(".!?"), sentence[len(sentence.rstrip(".!?")) :] or "."
        if draw[1] < _TURNED:
            body = turned(body)
        if draw[2] < _PARTED:
            body = _PART.sub(lambda match: ". ", body, count=1)
            body = re.sub(r"\. ([a-z])", lambda match: f". {match[1].upper()}", body)
        if waiting:
            body, waiting = f"{waiting}, and {_lowered(body)}", ""
        elif draw[3] < _JOINED and len(body.split()) <= _SHORT_WORDS:
            waiting = body
            continue
        elif draw[4] < _LED:
            body = f"{_LEADS[int(draw[4] / _LED * len(_LEADS))]}, {_lowered(body)}"
        made.append(body + stop)
    if waiting:
        made.append(f"{waiting}.")
    return spinner.spin(" ".join(made), rng, rate).text


def turned(sentence: str) -> str:
    """A sentence whose clauses have changed places, or the same where it has none.

    >>> turned("The council closed the old bridge because the arches had begun to crack")
    'Because the arches had begun to crack, the council closed the old bridge'
    >>> turned("The old bridge will stay closed until spring, Ann Hill said")
    'Ann Hill said that the old bridge will stay closed until spring'
    """
    if match := _SAID_LAST.fullmatch(sentence):
        return f"{_capital(match['who'])} {match['word']} that {_lowered(match['main'])}"
    if match := _CLAUSE_FIRST.fullmatch(sentence):
        return f"{_capital(match['main'])} {match['word'].lower()} {match['clause']}"
    if match := _CLAUSE_LAST.fullmatch(sentence):
        return f"{match['word'].capitalize()} {match['clause']}, {_lowered(match['main'])}"
    return sentence


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lowered(text: str) -> str:
    """Without the capital of a sentence's first word, where that is no name."""
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first.lower() in FUNCTION_WORDS and first != "I" else text
