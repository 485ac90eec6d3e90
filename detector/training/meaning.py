"""Fits what tells copies by meaning from other texts that say much the same.

python -m chaffinch.detector.training.meaning DATA

It makes pages from one half of the sources in DATA, lays each beside an index of originals, fits
the weights and writes ``detector/audit/meaning/model.json``. The other half is for
`benchmarks/meaning.py`. It takes some minutes, most of them for translating there and back.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import click
import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.atomic import write_text
from chaffinch.detector.audit.copies.originals import add_originals, load_originals
from chaffinch.detector.audit.meaning.attribution import compare_with_originals
from chaffinch.detector.audit.meaning.model import INPUTS, MODEL, MeaningModel
from chaffinch.detector.audit.meaning.vectors import installed_encoder
from chaffinch.detector.training.corpora import CorpusError
from chaffinch.detector.training.logistic import fit_logistic
from chaffinch.detector.training.paraphrases import (
    NOT_HUMAN,
    REUSED,
    Collection,
    ParaphraseError,
    collect,
    share_reused,
)
from chaffinch.features.document import Document
from chaffinch.features.meaning.encoder import EncoderError

COPIES = 160
"""Originals that are copied for fitting; our choice: a few minutes."""

_PRECISION = 5.0
"""Inverse of the variance of each weight's prior, around 0, in units of the input's own deviation;
our choice: with less, order would weigh twice as much, which is perfect in all pages made here."""

_PRECISION_AIMED_AT = 0.97
"""Share of right ones among the pages that are taken for copies, were there one honest page of the
worst kind for each copy, scored by weights fitted to others. Our choice: 95 % should hold on other
pages."""

_FOLDS = 10
"""Parts of the pages that are scored by weights fitted to the others; our choice."""


class LabelledInputs(NamedTuple):
    """Pages beside their nearest originals.

    Attributes:
        inputs: float64 array of shape (n_pages, n_inputs).
        copies: bool array of shape (n_pages,), pages that say their nearest original again.
        kinds: How each page was made.
    """

    inputs: NDArray[np.float64]
    copies: NDArray[np.bool_]
    kinds: list[str]


def labelled_inputs(made: Collection, folder: Path) -> LabelledInputs:
    """Lay pages beside the originals.

    A copy whose nearest original is another one is left out, and so is an honest page that shares
    passages with its nearest original.

    Args:
        made: The pages.
        folder: Where an index of the originals is made.
    """
    add_originals(
        folder,
        (Document(text, id=str(number)) for number, text in enumerate(made.originals)),
        by_meaning=True,
    )
    originals = load_originals(folder, verify=False)
    texts = [page.text for page in made.pages]
    inputs, copies, kinds = [], [], []
    for page, found in zip(
        made.pages, compare_with_originals(texts, originals, installed_encoder()), strict=True
    ):
        if found is None or page.original not in (-1, found.original):
            continue
        if page.original < 0:
            nearest = made.originals[found.original]
            if page.kind != NOT_HUMAN and share_reused(page.text, nearest) >= REUSED:
                continue
        inputs.append(found.inputs)
        copies.append(page.original >= 0)
        kinds.append(page.kind)
    return LabelledInputs(np.array(inputs), np.array(copies, np.bool_), kinds)


def fit_meaning_model(pages: LabelledInputs) -> MeaningModel:
    """Fit weights that are not negative, and the lowest threshold that is precise enough.

    Every kind of page weighs the same, whatever their numbers.
    """
    share = np.array([1 / pages.kinds.count(kind) for kind in pages.kinds])
    fold = np.arange(len(share)) % _FOLDS
    scores = np.zeros(len(share))
    for number in range(_FOLDS):
        held = fold == number
        fitted = _weights(pages.inputs[~held], pages.copies[~held], share[~held])
        scores[held] = fitted[0] + pages.inputs[held] @ fitted[1:]
    fitted = _weights(pages.inputs, pages.copies, share)
    threshold = _threshold(scores, pages)
    return MeaningModel(tuple(fitted[1:].tolist()), float(fitted[0]), threshold)


def _threshold(scores: NDArray[np.float64], pages: LabelledInputs) -> float:
    """The threshold above which enough are copies.

    It lies midway from the lowest such score to the next honest page's above it: no honest page
    tells which place between the two is better.
    """
    kinds = np.array(pages.kinds)
    for threshold in np.sort(scores[pages.copies]).tolist():
        passed = scores >= threshold
        shares = {kind: float(passed[kinds == kind].mean()) for kind in dict.fromkeys(pages.kinds)}
        of_copies = [shares[kind] for kind in dict.fromkeys(kinds[pages.copies].tolist())]
        worst = max(shares[kind] for kind in dict.fromkeys(kinds[~pages.copies].tolist()))
        found = sum(of_copies) / len(of_copies)
        if found >= _PRECISION_AIMED_AT * (found + worst):
            above = scores[~pages.copies & passed]
            return float(threshold + above.min()) / 2 if len(above) else float(threshold)
    return float(scores.max())


def _weights(
    inputs: NDArray[np.float64], copies: NDArray[np.bool_], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The intercept, for as many copies as honest pages, and the weights."""
    spread = inputs.std(axis=0)
    spread[spread == 0] = 1
    n_inputs = inputs.shape[1]
    fitted = fit_logistic(
        inputs / spread,
        copies,
        share * len(share) / share.sum(),
        np.tile([0.0, np.inf], (n_inputs, 1)),
        np.zeros(1 + n_inputs),
        _PRECISION,
    )
    weights: NDArray[np.float64] = np.r_[fitted[0], fitted[1:] / spread]
    return weights


def stated(model: MeaningModel) -> dict[str, Any]:
    """A model as JSON-ready content."""
    return {
        "intercept": round(model.intercept, 4),
        "threshold": round(model.threshold, 4),
        "weights": {
            name: round(weight, 4) for name, weight in zip(INPUTS, model.weights, strict=True)
        },
    }


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(data: Path) -> None:
    """Fit the model of copies by meaning to pages made from the texts in folder DATA."""
    try:
        made = collect(data, "fit", COPIES)
        with TemporaryDirectory() as folder:
            pages = labelled_inputs(made, Path(folder))
    except (CorpusError, EncoderError, ParaphraseError) as error:
        raise click.ClickException(str(error)) from None
    write_text(MODEL, json.dumps(stated(fit_meaning_model(pages)), indent=1) + "\n")
    click.echo(f"{MODEL}: fitted to {len(pages.kinds):,} pages.")


if __name__ == "__main__":
    main()
