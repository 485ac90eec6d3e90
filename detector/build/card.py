"""The model card: what a model was made from, what it weighs, where it is weak."""

from collections.abc import Mapping, Sequence

from chaffinch.detector.build.corpus import HELD_OUT, PARTS, CleanText
from chaffinch.detector.model import Model
from chaffinch.features.registry import SIGNALS


def write_card(
    model: Model,
    digests: Mapping[str, str],
    parts: Mapping[str, Sequence[CleanText]],
    n_training: int,
    families: Sequence[str],
    held_out: Sequence[str] = (),
) -> str:
    """The card as Markdown.

    Args:
        model: The model.
        digests: Corpus file to blake2b digest.
        parts: Texts by part of the split.
        n_training: Labelled texts the classifier was fitted on.
        families: Spinner families of the training texts.
        held_out: Thesauri that no part of the model knows.
    """
    classifier = model.classifier
    lines = [
        f"# Model card: {model.name}",
        "",
        "A linear classifier over named features, counts of word pairs in clean English, a small",
        "neural model of which words contexts want, and tables of which words and phrases spinners",
        "write for which. Only counts and weights computed from the corpora are stored; none of",
        "their texts are. NOTICE lists sources and licences.",
        "",
        "## How it was made",
        "",
        "`python -m chaffinch.detector.build DATA -o MODEL`, deterministic. Every text falls into",
        "one of four disjoint parts by a digest of its id:",
        "",
        "| part | texts |",
        "|---|---:|",
        *(f"| {part.replace('_', ' ')} | {len(parts.get(part, [])):,} |" for part in PARTS),
        "",
        f"No classifier text comes from {' or '.join(HELD_OUT)}. The classifier was fitted on",
        f"{n_training:,} labelled texts: clean crops, simulated spinning of the families",
        f"{', '.join(families)},",
        "and scraped copies with half of the residue phrases. Thesauri kept from every part:",
        f"{', '.join(held_out) or 'none'}.",
        f"Probabilities assume a base rate of {classifier.base_rate:.0%}; documents are flagged",
        f"from {classifier.threshold:.4f}, set for 0.2 % of clean calibration texts",
        "and at most 1 % of any one corpus.",
        "",
        "## Weights",
        "",
        "Log-odds for each standard deviation of clean texts (of the feature's square root).",
        "",
        "| feature | weight |",
        "|---|---:|",
    ]
    names = [name for signal in SIGNALS for name in signal.feature_names()]
    weights = sorted(zip(classifier.weight, names, strict=True), reverse=True)
    lines += [f"| {name} | {weight:.3f} |" for weight, name in weights if weight]
    unused = ", ".join(name for weight, name in weights if not weight)
    lines += [
        "",
        f"Without weight, shown for reading only: {unused}.",
        "",
        "## Limits",
        "",
        "Light spinning (8 % of words), texts under 150 words, phrase-for-phrase replacement and",
        "back-translation are found less often than the headline says; `chaffinch evaluate`",
        "prints figures for any labelled set. English only. A scraped copy without residue is",
        "not told from its source by its text.",
        "",
        "## Corpora",
        "",
        "| file | blake2b |",
        "|---|---|",
        *(f"| {name} | `{digest}` |" for name, digest in sorted(digests.items())),
    ]
    return "\n".join(lines) + "\n"
