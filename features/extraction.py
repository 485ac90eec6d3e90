"""All signals measured on a batch of documents."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from chaffinch.features.document import Document
from chaffinch.features.registry import SIGNALS
from chaffinch.features.resources import Resources
from chaffinch.features.signal import Span
from chaffinch.features.text.tokens import TokenBlock, token_blocks
from chaffinch.features.threads import one_thread


class Extraction(NamedTuple):
    """What all signals found.

    Attributes:
        block: The documents and their tokens.
        values: float64 array of shape (n_docs, n_features), in the registry's order.
        spans: For each document its evidence, as (name of the signal, span).
    """

    block: TokenBlock
    values: NDArray[np.float64]
    spans: list[list[tuple[str, Span]]]


def extract(documents: Sequence[Document], resources: Resources) -> Iterator[Extraction]:
    """Measure documents block by block, in their order.

    Args:
        documents: What to measure.
        resources: The arrays of a model.
    """
    signals = [signal(resources) for signal in SIGNALS]
    for block in token_blocks(documents, resources.vocabulary):
        spans: list[list[tuple[str, Span]]] = [[] for _ in block.documents]
        values = []
        with one_thread():
            measurements = [signal.measure(block) for signal in signals]
        for signal, measured in zip(signals, measurements, strict=True):
            values.append(measured.values)
            for span in measured.spans:
                spans[span.doc].append((signal.name, span))
        yield Extraction(block, np.hstack(values), spans)
