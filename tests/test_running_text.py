"""Running text: what of a document can be judged as prose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.features.document import Document
from chaffinch.features.text.running_text import running_text
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

VOCABULARY = Vocabulary.from_words(["the", "it"])
PROSE = "The ferry will run again in May, the council said."


def block_of(*texts: str) -> TokenBlock:
    return TokenBlock.from_documents([Document(text) for text in texts], VOCABULARY)


def running_words(text: str) -> list[str]:
    block = block_of(text)
    words = running_text(block).words
    return [text[slice(*block.local(token))] for token in range(len(words)) if words[token]]


@pytest.mark.parametrize(
    "text",
    [
        PROSE,
        "- The ferry will run again",
        "Ferry runs again",
        "He said it (twice), then left; nobody - not one - replied.",
        "Runs  of two   or three spaces are no columns here",
        "The p\N{CYRILLIC SMALL LETTER O}lice &#105;n t&#111;wn w&#105;ll st&#97;y",
    ],
)
def test_every_word_of_a_sentence_is_running_text(text: str) -> None:
    block = block_of(text)
    assert running_text(block).words.all()


@pytest.mark.parametrize(
    "text",
    [
        "Arsenic\nConnected\nSuccessful",
        "Read more",
        "total = count(items) * price / 100",
        "<div class=menu> <a href=home>",
        "unpacked     never     maybe     sometimes",
        "unpacked\tnever\tmaybe\tsometimes",
        "dx               dx",
    ],
)
def test_lists_of_words_code_and_tables_are_not(text: str) -> None:
    assert running_words(text) == []


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        (f"{PROSE} See https://news.example/ferry for more of it.", {"news", "example", "ferry"}),
        (f"{PROSE} Set max_words in the file.", {"max", "words"}),
        (f"{PROSE}\ncrossings\n{PROSE}", {"crossings"}),
    ],
)
def test_addresses_names_in_code_and_stray_words_are_left_out(
    text: str, left_out: set[str]
) -> None:
    words = running_words(text)
    assert not left_out & set(words[words.index("said") + 1 :])
    assert {"ferry", "council"} <= set(words)


@pytest.mark.parametrize(
    ("line", "long"), [(f"{PROSE} {PROSE}", True), (f"{PROSE}\n{PROSE}", False), (PROSE, False)]
)
def test_paragraphs_are_lines_that_nobody_broke(line: str, long: bool) -> None:
    assert bool(running_text(block_of(line)).paragraphs.any()) is long


@given(st.lists(st.text("ab \n\t{}=*/", max_size=40), min_size=1, max_size=5))
def test_it_does_not_depend_on_the_documents_beside(texts: list[str]) -> None:
    together = [part.tolist() for part in running_text(block_of(*texts))]
    alone: list[list[bool]] = [[], []]
    for text in texts:
        for part, own in zip(running_text(block_of(text)), alone, strict=True):
            own.extend(part.tolist())
    assert together == alone
