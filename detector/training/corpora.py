"""The clean corpora that the bundled model is built from, and how they are split."""

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np
import zstandard

from chaffinch.detector.training.licences import read_uses

Item = TypeVar("Item")
Part = Literal["language_model", "training", "calibration", "test"]
PARTS: tuple[Part, ...] = ("language_model", "training", "calibration", "test")
"""What a text is used for; each text has one use, so that no figure is of learned texts."""

Shares = tuple[float, float, float, float]
"""Shares of `PARTS`, which add up to 1."""

HELD_OUT = ("news_bbc", "news_guardian")
"""Corpora that no classifier sees: sources that are new to it. BBC is kept from the language
model too; a part of the Guardian is in it, from articles that no test uses."""

HONEST = "honest"
"""Folder in a data folder with honest texts of kinds that read like spun ones: learners' essays,
dialect, old spelling, speech. A file's name begins with its group."""

_MEASURED = "test"
"""What the README of a folder says of files that only figures may be made from."""

_MEASURED_ONLY = (0.0, 0.0, 0.0, 1.0)
"""Shares of `PARTS` in those files."""

_SHARES: dict[str, Shares] = {
    "news_bbc": (0.0, 0.0, 0.0, 1.0),
    "news_guardian": (0.6, 0.0, 0.0, 0.4),
    "hardneg_wikipedia_elements_states": (0.2, 0.15, 0.15, 0.5),
    "world_pidgin_news": _MEASURED_ONLY,
}
"""Shares of `PARTS` in corpora that are split in a way of their own: sources kept for tests, a
small corpus of what spinners write by mistake, of which tests need more than a few texts, and a
language of its own, whose words would pass for English if they were counted with it."""

_DEFAULT_SHARES = (0.6, 0.18, 0.1, 0.12)
"""Shares of `PARTS` in every other corpus; our choice: counts need most."""

_HONEST_SHARES = (0.5, 0.18, 0.2, 0.12)
"""Shares of `PARTS` in an honest kind; our choice: no kind may be flagged often, and to know that
of a kind takes two hundred texts."""


@dataclass(frozen=True, slots=True)
class CleanText:
    """One honest text of a corpus.

    Attributes:
        corpus: Name of the file it stands in.
        id: Its id there.
        genre: Kind of prose.
        title: Title, or "".
        text: The text.
        part: Which of the four disjoint parts it belongs to.
    """

    corpus: str
    id: str
    genre: str
    title: str
    text: str
    part: Part


class CorpusError(Exception):
    """A corpus that cannot be read; the message names file, line and remedy."""


def part_of(corpus: str, id: str, shares: Shares | None = None) -> Part:
    """The part of a text, from a digest of its id: the same on every machine.

    Args:
        corpus: Name of the corpus.
        id: The text's id there.
        shares: Shares of `PARTS`; those of the corpus where they are not given.
    """
    digest = hashlib.blake2b(f"{corpus}\n{id}".encode(), digest_size=8).digest()
    draw = int.from_bytes(digest, "big") / 2**64
    shares = shares or _SHARES.get(corpus, _DEFAULT_SHARES)
    for part, share in zip(PARTS, shares, strict=True):
        if draw < share:
            return part
        draw -= share
    return "test"


def _shares(file: Path) -> Shares:
    if read_uses(file.parent).get(file.name) == _MEASURED:
        return _MEASURED_ONLY
    usual = _HONEST_SHARES if file.parent.name == HONEST else _DEFAULT_SHARES
    return _SHARES.get(corpus_name(file), usual)


def corpus_name(file: Path) -> str:
    """A corpus's name: that of its file up to the first dot."""
    return file.name.partition(".")[0]


def corpus_files(folder: Path) -> list[Path]:
    """The JSON Lines files of a folder, compressed or not, in order of their names.

    Raises:
        CorpusError: There are none.
    """
    files = sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.zst")])
    if not files:
        raise CorpusError(f"{folder} holds no .jsonl or .jsonl.zst files to build from.")
    return files


def honest_files(data: Path, hold_out: Sequence[str] = ()) -> list[Path]:
    """The files of a data folder's honest kinds; none where it has no such folder.

    Args:
        data: The data folder.
        hold_out: Groups, as the names of their files begin, that are left out.

    Raises:
        CorpusError: The folder is empty, or has no file of such a group.
    """
    files = corpus_files(data / HONEST) if (data / HONEST).is_dir() else []
    groups = [corpus_name(file).partition("_")[0] for file in files]
    for name in hold_out:
        if name not in groups:
            known = ", ".join(dict.fromkeys(groups)) or "no group"
            raise CorpusError(f"{data}: {name} cannot be held out. {HONEST}/ has {known}.")
    return [file for file, group in zip(files, groups, strict=True) if group not in hold_out]


def read_corpus(file: Path) -> Iterator[CleanText]:
    """The texts of one JSON Lines file.

    Rows have a ``text`` and may have an ``id``, ``genre`` and ``title``. All texts of a file that
    the README beside it says to be of use for tests are of the test part.

    Raises:
        CorpusError: A line is no such row, or the file is no Zstandard.
    """
    corpus = corpus_name(file)
    shares = _shares(file)
    number = 0
    try:
        with file.open("rb") as packed:
            unpacked = (
                zstandard.ZstdDecompressor().stream_reader(packed)
                if file.suffix == ".zst"
                else packed
            )
            for number, line in enumerate(io.TextIOWrapper(unpacked, "utf-8")):
                row = json.loads(line)
                id = str(row.get("id", number))
                yield CleanText(
                    corpus=corpus,
                    id=id,
                    genre=row.get("genre", corpus),
                    title=row.get("title") or "",
                    text=row["text"],
                    part=part_of(corpus, id, shares),
                )
    except (AttributeError, KeyError, TypeError, ValueError, zstandard.ZstdError) as error:
        raise CorpusError(
            f"{file}, near line {number + 1}: cannot be read as a text ({error!r}). "
            "Every line must be a JSON object with a `text`; fix or remove it."
        ) from None


def read_parts(
    data: Path, share: float = 1.0, hold_out: Sequence[str] = ()
) -> dict[str, list[CleanText]]:
    """Clean texts by part of the split.

    Args:
        data: Folder with ``*.jsonl(.zst)`` corpora, and more of them in ``honest``.
        share: Part of every corpus to use.
        hold_out: Groups of honest kinds that are not used.
    """
    parts: dict[str, list[CleanText]] = {}
    for file in [*corpus_files(data), *honest_files(data, hold_out)]:
        texts = list(read_corpus(file))
        for text in texts[: max(1, round(share * len(texts)))]:
            parts.setdefault(text.part, []).append(text)
    return parts


def by_corpus(texts: Sequence[CleanText], most: int | None = None) -> dict[str, list[CleanText]]:
    """Texts by corpus, of each at most `most`, drawn evenly from its length."""
    corpora: dict[str, list[CleanText]] = {}
    for text in texts:
        corpora.setdefault(text.corpus, []).append(text)
    if most is None:
        return corpora
    return {name: spread(own, most) for name, own in corpora.items()}


def spread(items: Sequence[Item], most: int) -> list[Item]:
    """Up to `most` items, evenly over their order."""
    places = np.linspace(0, len(items) - 1, min(most, len(items))).astype(int)
    return [items[place] for place in places]
