"""The bundled model's card: how it was built, from what, and its figures on held-back texts."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from chaffinch.detector.build.corpus import (
    HELD_OUT,
    PARTS,
    CleanText,
    corpus_files,
    file_digest,
)
from chaffinch.detector.build.licences import NOT_STATED, read_licences
from chaffinch.detector.build.model_card import Corpus, ModelCard, render_card
from chaffinch.detector.evaluation import ScoredTexts, evaluate
from chaffinch.detector.model import Model

_DESCRIPTION = """A linear classifier over named features, counts of word pairs in clean English, a
small neural model of which words a context wants, and tables of which words and phrases spinners
write for which. `python -m chaffinch.detector.build DATA -o MODEL`; the same on every run.

Every clean text falls into one of four disjoint parts by a digest of its id: {parts}. The
curves that weigh the evidence on a word and the classifier were fitted on the training part
({fitted} documents: texts and whole pages, clean, spun and with residue, half of them measured
as if most of their spinner's pairs were unknown); probabilities and threshold come from the
calibration part, at 0.2 % of clean texts flagged and at most 1 % of any one corpus."""

_EVALUATED_ON = """Texts and whole pages of the test part, spun by sites, and with residue phrases
and page templates, that training did not have; the families themselves were in training. For
figures on families that were not, `benchmarks/` has commands; the README states them."""


def write_card(
    model: Model,
    data: Path,
    parts: Mapping[str, Sequence[CleanText]],
    n_fitted: int,
    families: Sequence[str],
    held_out: Sequence[str],
    tested: ScoredTexts,
) -> str:
    """The card as Markdown.

    Args:
        model: The model.
        data: Folder that it was built from.
        parts: Clean texts by part of the split.
        n_fitted: Documents the classifier was fitted to.
        families: Spinner families of its training.
        held_out: Thesauri that no part of it knows.
        tested: Scores of documents that it was not fitted to.
    """
    classifier = model.classifier
    licences = read_licences(data)
    lexicons = sorted(path for path in (data / "lexicons").glob("*") if path.is_file())
    used: dict[str, set[str]] = {}
    for part in PARTS:
        for text in parts.get(part, ()):
            used.setdefault(text.corpus, set()).add(part)
    corpora = [
        Corpus(
            file.name,
            sum(text.corpus == name for own in parts.values() for text in own),
            ", ".join(part.replace("_", " ") for part in PARTS if part in used.get(name, ())),
            licences.get(file.name, NOT_STATED),
            file_digest(file),
        )
        for file in corpus_files(data)
        for name in [file.name.split(".")[0]]
    ]
    corpora += [
        Corpus(
            file.name,
            None,
            "channel, spinners",
            licences.get(file.name, NOT_STATED),
            file_digest(file),
        )
        for file in lexicons
    ]
    evaluation = evaluate(
        tested, model.name, model.digest, classifier.threshold, classifier.base_rate
    )
    sizes = (f"{part.replace('_', ' ')} {len(parts.get(part, ())):,}" for part in PARTS)
    card = ModelCard(
        description=_DESCRIPTION.format(parts=", ".join(sizes), fitted=f"{n_fitted:,}"),
        corpora=corpora,
        families=dict.fromkeys(families, "simulated, see `datasets/spinners`"),
        held_out=[
            *(f"{corpus} from the classifier" for corpus in HELD_OUT),
            *(f"{name} from every part" for name in held_out),
        ],
        evaluation=evaluation,
        evaluated_on=_EVALUATED_ON,
    )
    return render_card(card, model)
