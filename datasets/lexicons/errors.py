"""What people get wrong when they write: misspellings, homophones, learners' sentences."""

from dataclasses import dataclass, field
from pathlib import Path

from chaffinch.datasets.lexicons.packed_files import read_text

FOLDER = "errors"
"""Where the lists of errors lie in a data folder."""


@dataclass(frozen=True)
class Errors:
    """Lists of human errors, all in lower case.

    Attributes:
        typed: Misspellings that people made, each with the word that was meant.
        listed: Misspellings from lists of typing errors, in the same form.
        homophones: Words, each with one that sounds the same.
        sentences: Sentences as learners wrote them, each with a correction, as tokens.
    """

    typed: list[tuple[str, str]] = field(default_factory=list)
    listed: list[tuple[str, str]] = field(default_factory=list)
    homophones: list[tuple[str, str]] = field(default_factory=list)
    sentences: list[tuple[list[str], list[str]]] = field(default_factory=list)


def read_errors(data: Path) -> Errors:
    """Read ``errors/`` below a data folder; lists that are not there are empty.

    Raises:
        OSError: One of the files is there and cannot be read.
    """
    folder = data / FOLDER
    return Errors(
        typed=_pairs(folder / "errors_human_spelling.tsv.zst"),
        listed=_pairs(folder / "errors_wordlists.tsv.zst"),
        homophones=_pairs(folder / "errors_homophones.tsv.zst"),
        sentences=[
            (written.split(), meant.split())
            for written, meant in _pairs(folder / "errors_jfleg_sentences.tsv.zst")
        ],
    )


def _pairs(file: Path) -> list[tuple[str, str]]:
    """The different pairs of a tab-separated file with the error first, in their order."""
    if not file.exists():
        return []
    rows = (line.lower().split("\t") for line in read_text(file).splitlines())
    return list(dict.fromkeys((row[0], row[1]) for row in rows if len(row) > 1))
