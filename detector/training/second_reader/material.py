"""What the second reader is trained on: a data folder's texts, tools and authors."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from chaffinch.datasets.lexicons.lexicons import HOLD_OUTS, read_lexicons
from chaffinch.datasets.spinners.spinner import Spinner
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.corpora import (
    HELD_OUT,
    CleanText,
    CorpusError,
    by_corpus,
    corpus_name,
    honest_files,
    read_parts,
)
from chaffinch.detector.training.resources.slips import Author
from chaffinch.detector.training.second_reader.crops import CropMaker, Texts
from chaffinch.detector.training.simulation import make_spinners, training_families
from chaffinch.features.second_reader.word_pieces import WordPieces

NEVER_SEEN = (
    "moby",
    "half-of-tortured",
    "learner_ielts",
    "old_scriptures_other",
    "spoken_lennys",
    "special_philosophy",
)
"""What the reader never sees unless it is told to: thesauri and honest kinds of which its figures
are those of the reader that is used, and not of another one trained for the sake of the figures."""

_NEW_SITES = 3000
"""Seed of the first site of the development crops' spinners, which no training has: the
bundled model's tests begin at 2000."""


class Material(NamedTuple):
    """Makers of crops.

    Attributes:
        training: Makes those that are learned from.
        development: Makes those that show how it goes, some of families that are held out.
        unseen: Names of these families.
    """

    training: CropMaker
    development: CropMaker
    unseen: Collection[str]


def read_material(
    data: Path, word_pieces: WordPieces, hold_out: Sequence[str], seed: int
) -> Material:
    """Read a data folder.

    Args:
        data: The folder, as `chaffinch.detector.training` reads it.
        word_pieces: The pieces that words are cut into.
        hold_out: Thesauri and honest kinds that the reader may not see.
        seed: Seed of all draws.

    Raises:
        CorpusError: A name is of neither, or a corpus cannot be read.
        OSError: A lexicon is missing.
    """
    kinds = {corpus_name(file) for file in honest_files(data)}
    for name in hold_out:
        if name not in kinds and name not in HOLD_OUTS:
            raise CorpusError(
                f"{name} cannot be held out: it is neither a thesaurus ({', '.join(HOLD_OUTS)}) "
                f"nor a file of {data / 'honest'}."
            )
    parts = read_parts(data)
    lexicons = whole = read_lexicons(data)
    thesauri = [name for name in hold_out if name in HOLD_OUTS]
    for name in thesauri:
        lexicons = lexicons.without(name)
    # Nobody has made words' neighbours, so that the family would replace nothing.
    families = training_families([*thesauri, "neighbours"])
    unseen = set(training_families(["neighbours"])) - set(families)
    resources = Detector.load().model.resources
    author = Author(resources.slips, resources.vocabulary)

    def maker(
        texts: Sequence[CleanText], spinners: Mapping[str, Sequence[Spinner]], seed: int
    ) -> CropMaker:
        own = [text for text in texts if text.corpus not in {*HELD_OUT, *hold_out}]
        corpora = {name: [one.text for one in some] for name, some in by_corpus(own).items()}
        return CropMaker(
            Texts(corpora, kinds), spinners, author, resources.vocabulary, word_pieces, seed
        )

    return Material(
        maker(parts["language_model"], make_spinners(lexicons, families), seed),
        maker(
            parts["calibration"],
            {
                **make_spinners(lexicons, families, _NEW_SITES),
                **make_spinners(whole, sorted(unseen), _NEW_SITES),
            },
            seed + 1,
        ),
        unseen,
    )
