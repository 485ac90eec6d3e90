"""The second reader: words as pieces, and what is read of them."""

import pytest

from chaffinch.detector.detector import Detector
from chaffinch.features.document import Document
from chaffinch.features.second_reader.pieces import pieces_of
from chaffinch.features.second_reader.word_pieces import WordPieces
from chaffinch.features.text.tokens import TokenBlock

PIECES = ["[UNK]", "[CLS]", "[SEP]", "'", ".", "!", "$", "as", "vol", "##ition", "o", "s", "cafe"]
WORD_PIECES = WordPieces(PIECES)


@pytest.mark.parametrize(
    ("text", "pieces", "first"),
    [
        ("", "", ""),
        ("As volition.", "as vol ##ition .", "as vol"),
        ("Caf\N{LATIN SMALL LETTER E WITH ACUTE} $as!", "cafe $ as !", "cafe as"),
        ("as\N{RIGHT SINGLE QUOTATION MARK}s", "as ' s", "as '"),
        ("!!!!!!!!as\n\n", "! ! ! as", "as"),
        ("\N{CYRILLIC SMALL LETTER A}s vol\N{SOFT HYPHEN}ition", "as vol ##ition", "as vol"),
        ("zzz ### as", "[UNK] [UNK] [UNK] [UNK] as", "[UNK] as"),
        ("o" * 101, "[UNK]", "[UNK]"),
    ],
)
def test_a_text_is_cut_into_pieces_and_each_token_knows_its_first(
    text: str, pieces: str, first: str, detector: Detector
) -> None:
    vocabulary = detector.model.resources.vocabulary
    block = TokenBlock.from_documents([Document("as"), Document(text), Document("s")], vocabulary)
    found = pieces_of(block, 1, vocabulary, WORD_PIECES)
    assert " ".join(PIECES[number] for number in found.ids) == pieces
    assert " ".join(PIECES[found.ids[place]] for place in found.first) == first


@pytest.mark.parametrize("pieces", [["[UNK]", "[CLS]", "as"], [*PIECES, "as"]])
def test_a_list_of_pieces_is_checked(pieces: list[str]) -> None:
    with pytest.raises(ValueError, match="the pieces must"):
        WordPieces(pieces)
