"""Words cut into the pieces that a transformer reads."""

import unicodedata
from collections.abc import Sequence

from chaffinch.features.text.characters import APOSTROPHES

UNKNOWN_PIECE, FIRST_PIECE, LAST_PIECE = "[UNK]", "[CLS]", "[SEP]"
"""Pieces for what no piece stands for, and for the beginning and the end of what is read."""

_INSIDE = "##"
"""What the pieces that do not begin a word begin with."""

_LONGEST_WORD = 100
"""Characters of the longest word that is cut; the published tokeniser has the same limit."""

_MOST_REMEMBERED = 100_000
"""Words whose pieces are remembered. Our choice: some 20 MB, and most words of a crawl."""


class WordPieces:
    """A list of pieces, and the pieces of each word: always the longest that fits comes next.

    Source: Wu et al., "Google's neural machine translation system" (2016), as BERT has it (Devlin
    et al., NAACL 2019): lower case, without accents.

    Args:
        pieces: All pieces; a piece's number is its place.

    Raises:
        ValueError: One of the special pieces is missing, or a piece stands there twice.

    >>> pieces = WordPieces(["[UNK]", "[CLS]", "[SEP]", "arsenic", "##al", "'", "s"])
    >>> [pieces.cut(word) for word in ("arsenical", "'s", "helium")]
    [(3, 4), (5, 6), (0,)]
    """

    def __init__(self, pieces: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        if len(self._numbers) < len(pieces):
            raise ValueError("the pieces must be different")
        missing = {UNKNOWN_PIECE, FIRST_PIECE, LAST_PIECE} - self._numbers.keys()
        if missing:
            raise ValueError(f"the pieces must hold {' and '.join(sorted(missing))}")
        self.unknown, self.first, self.last = map(
            self._numbers.__getitem__, (UNKNOWN_PIECE, FIRST_PIECE, LAST_PIECE)
        )
        self._remembered: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def text(self) -> str:
        """The pieces in the order of their numbers, joined by line feeds."""
        return "\n".join(self._numbers)

    def cut(self, word: str) -> tuple[int, ...]:
        """Numbers of a token's pieces, at least one.

        Args:
            word: A token, which may begin with an apostrophe.
        """
        found = self._remembered.get(word)
        if found is None:
            if len(self._remembered) >= _MOST_REMEMBERED:
                self._remembered.clear()
            plain = unicodedata.normalize("NFD", word.lower())
            letters = "".join(one for one in plain if unicodedata.category(one) != "Mn")
            if letters and letters[0] in APOSTROPHES:
                found = (self.mark("'"), *self._cut(letters[1:]))
            else:
                found = self._cut(letters)
            self._remembered[word] = found
        return found

    def mark(self, character: str) -> int:
        """Number of the piece of a punctuation mark or symbol."""
        return self._numbers.get(character, self.unknown)

    def _cut(self, letters: str) -> tuple[int, ...]:
        if len(letters) > _LONGEST_WORD:
            return (self.unknown,)
        numbers: list[int] = []
        start = 0
        while start < len(letters):
            before = _INSIDE if start else ""
            for end in range(len(letters), start, -1):
                number = self._numbers.get(before + letters[start:end])
                if number is not None:
                    break
            else:
                return (self.unknown,)
            numbers.append(number)
            start = end
        return tuple(numbers) or (self.unknown,)
