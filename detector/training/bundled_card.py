"""The bundled model's card: how it was built, from what, and its figures on held-back texts."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from chaffinch.datasets.lexicons.errors import FOLDER as ERRORS
from chaffinch.detector.digests import file_digest
from chaffinch.detector.evaluation.evaluation import ScoredTexts, evaluate
from chaffinch.detector.model_folder import Model
from chaffinch.detector.training.card import Corpus, ModelCard, render_card
from chaffinch.detector.training.corpora import (
    HELD_OUT,
    HONEST,
    PARTS,
    CleanText,
    corpus_files,
    corpus_name,
    honest_files,
)
from chaffinch.detector.training.licences import NOT_STATED, read_licences

# How the model was made; filled in with the sizes of the parts.
_DESCRIPTION = """A linear classifier over named features, counts of word pairs in clean English, a
small neural model of which words a context wants, and tables of which words and phrases spinners
write for which. `python -m chaffinch.detector.training DATA -o MODEL`; the same on every run.

Every clean text falls into one of four disjoint parts by a digest of its id: {parts}. The
curves that weigh the evidence on a word and the classifier were fitted on the training part
({fitted} documents: texts and whole pages, clean, spun and with residue, half of them measured
as if most of their spinner's pairs were unknown); probabilities and threshold come from the
calibration part, at 0.2 % of clean texts flagged and at most 1 % of any one corpus."""

_SECOND_READER = """

The second reader is all-MiniLM-L6-v2 (Apache-2.0), fine-tuned by `python -m
chaffinch.detector.training.second_reader DATA -o READER` to tell replaced words from written ones,
on crops of the texts whose words were counted; `docs/reproduction.md` names the thesauri and kinds
that it never saw. The curves of its evidence and the classifier were fitted and calibrated
as those without it, which are `fast` in `model.json`, but at half of the false alarms: 0.1 % of
clean texts, and at most 0.5 % of any one corpus. The figures below are with it."""

# What the figures were measured on.
_EVALUATED_ON = """Texts and whole pages of the test part, spun by sites, and with residue phrases
and page templates, that training did not have; the families themselves were in training. For
figures on families that were not, see `docs/figures.md`; for what was tried, see
`docs/experiments.md`."""


class Ingredients(NamedTuple):
    """What the bundled model was made from.

    Attributes:
        data: The folder.
        parts: Clean texts by part of the split.
        families: Spinner families of its training.
        held_out: Thesauri, and groups of honest kinds, that no part of it knows.
        n_fitted: Documents the classifier was fitted to.
    """

    data: Path
    parts: Mapping[str, Sequence[CleanText]]
    families: Sequence[str]
    held_out: Sequence[str]
    n_fitted: int


def write_card(model: Model, ingredients: Ingredients, tested: ScoredTexts) -> str:
    """The card as Markdown.

    Args:
        model: The model.
        ingredients: What it was made from.
        tested: Scores of documents that it was not fitted to.
    """
    classifier, parts = model.classifier, ingredients.parts
    evaluation = evaluate(
        tested, model.name, model.digest, classifier.threshold, classifier.base_rate
    )
    sizes = (f"{_in_words(part)} {len(parts.get(part, ())):,}" for part in PARTS)
    card = ModelCard(
        description=_DESCRIPTION.format(parts=", ".join(sizes), fitted=f"{ingredients.n_fitted:,}")
        + _SECOND_READER * (model.fast is not None),
        corpora=_files(ingredients),
        families=dict.fromkeys(ingredients.families, "simulated, see `datasets/spinners`"),
        held_out=[
            *(f"{corpus} from the classifier" for corpus in HELD_OUT),
            *(f"{name} from every part" for name in ingredients.held_out),
        ],
        evaluation=evaluation,
        evaluated_on=_EVALUATED_ON,
    )
    return render_card(card, model)


def _files(ingredients: Ingredients) -> list[Corpus]:
    """Every corpus with its number of texts and its parts, every lexicon and list of errors."""
    data = ingredients.data
    licences = read_licences(data)
    for folder in (HONEST, ERRORS):
        licences |= read_licences(data / folder)
    n_texts: Counter[str] = Counter()
    used: dict[str, list[str]] = defaultdict(list)
    for part in PARTS:
        counts = Counter(text.corpus for text in ingredients.parts.get(part, ()))
        n_texts.update(counts)
        for corpus in counts:
            used[corpus].append(_in_words(part))

    def entry(file: Path, texts: int | None, use: str) -> Corpus:
        return Corpus(file.name, texts, use, licences.get(file.name, NOT_STATED), file_digest(file))

    corpora = [
        entry(file, n_texts[name], ", ".join(used[name]))
        for file in [*corpus_files(data), *honest_files(data)]
        for name in [corpus_name(file)]
        if name in used
    ]
    word_lists = (("lexicons", "*", "channel, spinners"), (ERRORS, "*.zst", "table of slips"))
    for folder, names, use in word_lists:
        files = sorted(path for path in (data / folder).glob(names) if path.is_file())
        corpora += [entry(file, None, use) for file in files]
    return corpora


def _in_words(part: str) -> str:
    return part.replace("_", " ")
