"""Replacements seen in copies, as an audit writes them, taken into a model's channel."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from chaffinch.detector.training.resources.channel import OBSERVED, Pairs, build_channel
from chaffinch.features.language.language_model import dequantise
from chaffinch.features.resources import Resources
from chaffinch.features.text.vocabulary import FIRST_WORD

MIN_DOCUMENTS = 2
"""Documents that a replacement has to be seen in; our choice: a single one may be an editor's."""

_COLUMNS = ("substitute", "original", "count", "documents")
"""What is read of ``pairs.parquet``."""


class PairsError(Exception):
    """A file of pairs that cannot be used; the message says why and what to do."""


def read_pairs(file: Path) -> dict[tuple[str, str], int]:
    """How often each original was replaced by each substitute, over all sites.

    Args:
        file: ``pairs.parquet`` of an audit.

    Returns:
        (original, substitute) to a count, of replacements seen in at least two documents.

    Raises:
        PairsError: The file is no table of pairs.
    """
    counts: dict[tuple[str, str], int] = defaultdict(int)
    documents: dict[tuple[str, str], int] = defaultdict(int)
    try:
        for batch in pq.ParquetFile(file).iter_batches(columns=list(_COLUMNS)):
            columns = (batch.column(name).to_pylist() for name in _COLUMNS)
            for substitute, original, count, seen in zip(*columns, strict=True):
                counts[original, substitute] += count
                documents[original, substitute] += seen
    except (KeyError, TypeError, OSError, pa.ArrowException) as error:
        raise PairsError(
            f"{file} holds no replacements ({error}). Give the pairs.parquet of an audit."
        ) from None
    return {pair: counts[pair] for pair in counts if documents[pair] >= MIN_DOCUMENTS}


def with_pairs(resources: Resources, seen: dict[tuple[str, str], int]) -> tuple[Resources, int]:
    """The same resources with replacements of single words added to the channel.

    What is written for an original adds to the chance in the channel as replacements on real
    pages do when a channel is built: half of its share among all that was seen written for
    that original. Phrases, and words that the vocabulary lacks, are left out.

    Returns:
        The resources, and the number of replacements that were added.
    """
    words = resources.vocabulary.words
    ids = {word: index for index, word in enumerate(words) if index >= FIRST_WORD}
    known = {
        (ids[original], ids[substitute]): count
        for (original, substitute), count in seen.items()
        if original in ids and substitute in ids
    }
    total: dict[int, int] = defaultdict(int)
    for (original, _), count in known.items():
        total[original] += count
    channel = resources.channel
    written, _ = channel.expand(np.arange(len(words), dtype=np.uint16))
    pairs = zip(channel.original.tolist(), written.tolist(), strict=True)
    chances = (10 ** dequantise(channel.weight)).tolist()
    chance: Pairs = dict(zip(pairs, chances, strict=True))
    for (original, substitute), count in known.items():
        pair = original, substitute
        chance[pair] = chance.get(pair, 0.0) + OBSERVED * count / total[original]
    frequency = resources.language_model.frequency
    return replace(resources, channel=build_channel(chance, frequency)), len(known)
