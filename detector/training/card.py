"""A model card: what a model was made from, how well it does, worst first, and its limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from chaffinch.detector.evaluation.evaluation import Evaluation
from chaffinch.detector.evaluation.tables import escaped, markdown
from chaffinch.detector.model_folder import Model

LIMITS = (
    "English only; texts too short to judge, lists and tables are called unscorable.",
    "Figures hold for texts like those they were measured on. Measure your own: "
    "`chaffinch evaluate LABELS`.",
    "Light spinning, short texts, replacement phrase for phrase, and machine translation there "
    "and back are found less often than the figures over all texts say.",
    "A word-for-word copy without residue is not told from its source by its text.",
    "The model labels; whether a page is taken down or left out is for people to decide.",
)
"""What holds for every model of this kind."""


class Corpus(NamedTuple):
    """A file or folder that a model was made from.

    Attributes:
        name: Its name, without the folders above it.
        texts: How many texts were used; None for a lexicon.
        use: What for, such as "language model, training".
        licence: Licence as its publisher states it, or "not stated".
        digest: blake2b digest of its bytes, in hexadecimal.
    """

    name: str
    texts: int | None
    use: str
    licence: str
    digest: str


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a card says that the model itself does not.

    Attributes:
        description: How the model was made: the command, the split, in Markdown.
        corpora: Everything it was made from.
        families: How each kind of republication in its training data was made, by name.
        held_out: What no part of it has seen, such as families and sources.
        evaluation: Figures on texts that it was not fitted to, or None where there are none.
        evaluated_on: What these texts are, in a sentence.
        limits: Limits beside `LIMITS`.
    """

    description: str
    corpora: Sequence[Corpus]
    families: dict[str, str]
    held_out: Sequence[str] = ()
    evaluation: Evaluation | None = None
    evaluated_on: str = ""
    limits: Sequence[str] = ()


def render_card(card: ModelCard, model: Model) -> str:
    """The card as Markdown; names from data are escaped."""
    classifier = model.classifier
    lines = [f"# Model card: {escaped(model.name)}", "", card.description, ""]
    lines += [
        f"Probabilities assume a base rate of {100 * classifier.base_rate:g} %; documents are "
        f"flagged from a probability of {classifier.threshold:.4f}.",
        "",
        "## Figures",
        "",
    ]
    if card.evaluation is None:
        lines.append("None: there were no texts to measure on that the model was not fitted to.")
    else:
        lines += [card.evaluated_on, "", *markdown(card.evaluation)]
    lines += ["", "## Limits", "", *(f"- {limit}" for limit in (*card.limits, *LIMITS))]
    lines += ["", "## Data", ""]
    lines += ["| data | texts | used for | licence | blake2b |", "|---|---:|---|---|---|"]
    for corpus in card.corpora:
        texts = "" if corpus.texts is None else f"{corpus.texts:,}"
        name, use, licence = map(escaped, (corpus.name, corpus.use, corpus.licence))
        lines.append(f"| {name} | {texts} | {use} | {licence} | `{corpus.digest}` |")
    lines += [
        "",
        "Only counts and weights computed from these are stored; none of their texts are.",
    ]
    if card.families:
        lines += ["", "## Families", ""]
        lines += [f"- {escaped(name)}: {escaped(made)}" for name, made in card.families.items()]
    if card.held_out:
        lines += ["", "Held out: " + "; ".join(map(escaped, card.held_out)) + "."]
    weights = [(term.weight, name) for name, term in classifier.terms.items()]
    ordered = sorted(weights, key=lambda pair: -pair[0])
    lines += [
        "",
        "## Weights",
        "",
        "Log-odds for each standard deviation of clean texts (of the feature's square root).",
        "",
        "| feature | weight |",
        "|---|---:|",
        *(f"| {name} | {weight:.3f} |" for weight, name in ordered if weight),
        "",
        "Without weight, shown for reading only: "
        + ", ".join(name for weight, name in ordered if not weight)
        + ".",
    ]
    return "\n".join(lines) + "\n"
