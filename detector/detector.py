"""Documents in, verdicts out."""

import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import count, islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chaffinch.detector.classifier import log_odds, probability
from chaffinch.detector.given import Page, document_of, document_of_markup, require_pages
from chaffinch.detector.model_folder import Model, ModelError, load_model
from chaffinch.detector.scorability import why_unscorable
from chaffinch.detector.verdict import Evidence, Kind, Reason, Verdict
from chaffinch.features.document import Document
from chaffinch.features.extraction import extract
from chaffinch.features.registry import FEATURE_NAMES, FEATURES, SIGNALS
from chaffinch.features.second_reader.network import can_be_run
from chaffinch.features.signal import Signal, Span
from chaffinch.features.text.tokens import TokenBlock

_BATCH = 64
"""Documents that `Detector.score_many` judges at once. Our choice: some blocks of tokens, and
little memory."""

READS_ONCE = (
    "onnxruntime is not installed, so that no text is read twice and light spinning is missed more "
    "often. Install it: pip install 'chaffinch[reader]'."
)
"""What is said where the second reader cannot be asked."""

_SIGNAL_COLUMNS: tuple[tuple[type[Signal], slice], ...] = tuple(
    (signal, slice(first, first + len(signal.features)))
    for signal, first in zip(
        SIGNALS,
        np.cumsum([0, *(len(signal.features) for signal in SIGNALS)])[:-1].tolist(),
        strict=True,
    )
)
"""The signals, each with the columns of its features."""

_SPUN = np.array([feature.group == "spun" for feature in FEATURES])
_SCRAPED = np.array([feature.group == "scraped" for feature in FEATURES])
"""Features that speak for each kind: bool arrays of shape (n_features,)."""


class Detector:
    """Judges documents with a model.

    Args:
        model: The model to judge with.

    Example:
        >>> detector = Detector.load()
        >>> detector.score("Too short.").kind
        'unscorable'
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        threshold: float | None = None,
        base_rate: float | None = None,
        max_fpr: float | None = None,
        fast: bool = False,
    ) -> "Detector":
        """Load a model folder, the bundled model by default.

        Args:
            path: The folder.
            threshold: Probability from which documents are flagged, in place of the model's.
            base_rate: Share of low-quality republications to assume, in place of the model's.
            max_fpr: Share of the honest texts that the model was calibrated to that may be
                flagged; it sets the threshold.
            fast: Leave the model's second reader out, which reads doubtful documents again. Without
                onnxruntime (the extra ``reader``) it is left out with a warning.

        Raises:
            ModelError: The folder is not a sound model, or it does not state where the
                threshold for `max_fpr` lies.
            ValueError: `threshold` and `max_fpr` are both given.
        """
        if threshold is not None and max_fpr is not None:
            raise ValueError("Give either threshold or max_fpr.")
        model = load_model(Path(path) if path is not None else None)
        if model.fast and not fast and not can_be_run():
            fast = True
            warnings.warn(f"{READS_ONCE} fast=True says so.", stacklevel=2)
        if fast:
            model = model.without_second_reader()
        classifier = model.classifier
        if base_rate is not None:
            classifier = classifier.with_base_rate(base_rate)
        if threshold is not None:
            classifier = replace(classifier, threshold=threshold)
        if max_fpr is not None:
            try:
                classifier = classifier.with_max_fpr(max_fpr)
            except ValueError as error:
                raise ModelError(f"The model {model.name} {error}") from None
        return cls(replace(model, classifier=classifier))

    @property
    def name(self) -> str:
        """The model's name."""
        return self.model.name

    @property
    def digest(self) -> str:
        """The model's digest."""
        return self.model.digest

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Full names of the features that are measured, in the order of their columns."""
        return FEATURE_NAMES

    @property
    def threshold(self) -> float:
        """Probability from which documents are flagged."""
        return self.model.classifier.threshold

    @cached_property
    def _flagged_from(self) -> float:
        return log_odds(self.threshold)

    def score(
        self, page: Page | None = None, *, html: str | bytes | None = None, url: str = ""
    ) -> Verdict:
        """Judge one page. Many at once are several times faster: see `score_many`.

        Args:
            page: A text, a document, or a mapping with ``text`` or ``html``.
            html: The markup of a web page, in place of `page`; it is read as a file of it is.
            url: Address of the page, for a text or markup that states none.

        Returns:
            The verdict; an unscorable one that says why where there is no text to read.

        Raises:
            TypeError: There is not one page, it is of another type, or it is a document or a
                mapping, which have an address of their own, and `url` is given.
        """
        if html is not None:
            if page is not None:
                raise TypeError("score takes either a page or html=. Got both.")
            return self.score_batch([document_of_markup(html, url)])[0]
        if page is None:
            raise TypeError("score takes a page or html=. Got None instead.")
        if url and not isinstance(page, str):
            raise TypeError("url= is for a text or html=. A Document or a mapping has its own.")
        document = document_of(page)
        return self.score_batch([replace(document, url=url) if url else document])[0]

    def score_many(self, pages: Iterable[Page]) -> Iterator[Verdict]:
        """Judge pages as they come, a batch at a time, in their order.

        Args:
            pages: Texts, documents and mappings with ``text`` or ``html``. One that has no text
                to read gets an unscorable verdict that says why, and costs no other its own.

        Raises:
            TypeError: It is a single page or None; or one of the pages is of another type, when
                its batch is judged.
        """
        require_pages(pages)
        return self._verdicts(pages)

    def _verdicts(self, pages: Iterable[Page]) -> Iterator[Verdict]:
        stream = map(document_of, pages, count())
        while batch := list(islice(stream, _BATCH)):
            yield from self.score_batch(batch)

    def score_batch(self, documents: Sequence[Document]) -> list[Verdict]:
        """Judge a list of documents.

        A verdict never depends on the documents beside it.
        """
        return [verdict for _, verdicts in self.score_blocks(documents) for verdict in verdicts]

    def score_blocks(
        self, documents: Sequence[Document]
    ) -> Iterator[tuple[TokenBlock, list[Verdict]]]:
        """Judge a list of documents block by block, and yield each block's tokens as well."""
        for extraction in extract(documents, self.model.resources):
            contributions = self.model.classifier.contributions(extraction.values)
            verdicts = [
                self._verdict(document, values, added, spans)
                for document, values, added, spans in zip(
                    extraction.block.documents,
                    extraction.values,
                    contributions,
                    extraction.spans,
                    strict=True,
                )
            ]
            yield extraction.block, verdicts

    def _verdict(
        self,
        document: Document,
        values: NDArray[np.float64],
        added: NDArray[np.float64],
        spans: Sequence[tuple[str, Span]],
    ) -> Verdict:
        spans = sorted(spans, key=_position)
        classifier = self.model.classifier
        unscorable = document.no_page or why_unscorable(values, document.text)
        chance: float | None = None
        flagged = False
        kind: Kind = "unscorable"
        reasons: tuple[Reason, ...] = ()
        if unscorable is None:
            reasons = _reasons(document.text, added, spans)
            score = classifier.intercept + sum(reason.contribution for reason in reasons)
            chance = probability(score)
            flagged = score >= self._flagged_from
            kind = self._kind(added) if flagged else "original"
        return Verdict(
            document=document,
            kind=kind,
            flagged=flagged,
            probability=chance,
            threshold=classifier.threshold,
            intercept=classifier.intercept,
            reasons=reasons,
            evidence=tuple(_evidence(document.text, spans)),
            features=dict(zip(FEATURE_NAMES, values.tolist(), strict=True)),
            unscorable=unscorable,
        )

    def _kind(self, added: NDArray[np.float64]) -> Kind:
        """Spun where replaced words carry the score, or half of what flags a page; else scraped.

        A page with residue whose words were replaced is spun.
        """
        half_way = (self._flagged_from - self.model.classifier.intercept) / 2
        spun, scraped = float(added[_SPUN].sum()), float(added[_SCRAPED].sum())
        return "spun" if spun >= min(scraped, half_way) else "scraped"


def _reasons(
    text: str, added: NDArray[np.float64], spans: Sequence[tuple[str, Span]]
) -> tuple[Reason, ...]:
    """What each signal adds, strongest first.

    Args:
        text: The document's text.
        added: float64 array of shape (n_features,), what each feature adds to the log-odds.
        spans: The document's evidence, in order.
    """
    found: dict[str, list[Span]] = {}
    for name, span in spans:
        found.setdefault(name, []).append(span)
    parts = added.tolist()
    reasons = []
    for signal, columns in _SIGNAL_COLUMNS:
        if any(parts[columns]) and (contribution := float(added[columns].sum())):
            summary = signal.summarise(text, found.get(signal.name, ()), parts[columns])
            reasons.append(Reason(signal.name, contribution, summary))
    return tuple(sorted(reasons, key=lambda reason: -reason.contribution))


def _evidence(text: str, spans: Sequence[tuple[str, Span]]) -> Iterator[Evidence]:
    """Spans with the words they stand for."""
    for signal, (_, where, start, end, original, weight, note) in spans:
        if where == "text":
            words = text[start:end]
            yield Evidence(where, start, end, words, signal, original, weight, note)
        else:
            yield Evidence(where, None, None, note, signal, original, weight, note)


def _position(found: tuple[str, Span]) -> tuple[bool, int, int]:
    """Sorts evidence in the text by its position, and the rest behind it."""
    span = found[1]
    return span.where != "text", span.start, span.end
