"""Texts laid side by side: what is the same, what was replaced, and what is only alike."""

import difflib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stories import ABOUT_THE_SHOP, BOWL, JUG

from chaffinch.detector.audit.copies.verification import is_copy
from chaffinch.features.copies.alignment import Alignment, align, alignable

SOURCE = """
The town council voted on Monday to bring back the harbour ferry, which has not crossed the
estuary since the old pier was damaged by a winter storm four years ago. Councillors from both
sides praised the plan, although several of them asked who would pay for the repairs once the
grant of 40,000 pounds had been spent. Margaret Oyelaran, who runs the bakery beside the landing
stage, said that her customers had complained for years about the long drive around the bay. The
boat will carry twelve passengers and a few bicycles, and will leave every half hour between April
and the end of October. A survey by the county found that nine in ten residents of Saltmarsh would
use it at least once a month, mostly to reach the market and the hospital.
""".strip()

SPUN = (
    SOURCE.replace("voted", "balloted")
    .replace("bring back", "convey backmost")
    .replace("old", "aged")
    .replace("damaged", "broken")
    .replace("plan", "program")
    .replace("several", "respective")
    .replace("pay", "wage")
    .replace("customers", "clients")
    .replace("carry", "transport")
    .replace("survey", "study")
    .replace("residents", "dwellers")
    .replace("mostly", "chiefly")
)

REWRITTEN = """
A ferry across the estuary will run again, the council decided this week. Since a storm four
winters ago broke the pier there has been no boat, and people have had to drive around the bay to
get to the hospital or the market in Saltmarsh. Both parties liked the idea. The money is another
matter: there is a grant of 40,000 pounds, but nobody could say what happens when it runs out. "My
customers have been asking about it for years," said Margaret Oyelaran, whose bakery is by the
landing stage. Twelve people will fit on board, with room for some bicycles. From April until
October there will be a crossing every thirty minutes. Nine out of ten people who were asked by the
county said that they wanted to use it.
""".strip()


NOTE = "The library is closed on Monday because of the storm."


def form(street: str, name: str, sum_: str, day: str, age: str) -> str:
    """A page of a form, with other names and numbers each time."""
    return (
        f"{name} was sentenced on {day} to a term in the county prison. The court heard that the "
        f"defendant, who is {age} and lives in {street}, took {sum_} from the till of the shop "
        f"where the defendant worked. The sentence follows an inquiry by officers of {street}. "
        f"Anybody who has information about {name} is asked to call the office of the county on "
        f"any day but {day}."
    )


def aligned(copy: str, source: str) -> Alignment:
    one, other = alignable([copy, source])
    return align(one, other)


CASES = {
    "itself": (SOURCE, SOURCE, True, (1, 1)),
    "spun": (SPUN, SOURCE, True, (0.85, 0.95)),
    "with residue": (
        f"Posted 3 hours ago 98\n{SOURCE}\nRead Entire Article",
        SOURCE,
        True,
        (0.9, 1),
    ),
    "cut": (" ".join(SOURCE.split()[40:90]), SOURCE, True, (0.99, 1)),
    "the source of a cut": (SOURCE, " ".join(SOURCE.split()[40:90]), False, (0, 0.5)),
    "rewritten": (REWRITTEN, SOURCE, False, (0, 0.3)),
    "of one form": (
        form("Elm Road", "Ann Pike", "310 pounds", "Friday", "27"),
        form("Corn Hill", "Tom Reeve", "94 euros", "Tuesday", "51"),
        False,
        (0.4, 0.9),
    ),
    "of one template": (
        f"{ABOUT_THE_SHOP}\n\n{JUG}",
        f"{ABOUT_THE_SHOP}\n\n{BOWL}",
        False,
        (0.7, 0.9),
    ),
    "a sentence said again": (
        " ".join(SOURCE.split()[:30]).replace("voted", "decided"),
        SOURCE,
        False,
        (0.8, 0.99),
    ),
    "the same sentence": (NOTE, NOTE, True, (1, 1)),
    "without words": ("", SOURCE, False, (0, 0)),
    "of nothing": (SOURCE, "", False, (0, 0)),
}


@pytest.mark.parametrize(("copy", "source", "verdict", "similarity"), CASES.values(), ids=CASES)
def test_a_copy_is_told_from_another_report_and_from_another_page_of_a_form(
    copy: str, source: str, verdict: bool, similarity: tuple[float, float]
) -> None:
    found = aligned(copy, source)
    assert is_copy(found) is verdict
    assert similarity[0] <= found.similarity <= similarity[1]


def test_what_was_replaced_is_named_with_what_stood_there() -> None:
    copy, source = alignable([SPUN, SOURCE])
    found = align(copy, source)
    words = {
        (copy.wording(first, end), source.wording(other, other_end))
        for first, end, other, other_end in found.replaced.tolist()
    }
    assert words >= {("balloted", "voted"), ("clients", "customers"), ("program", "plan")}
    assert {("convey", "bring"), ("backmost", "back")} <= words


def test_a_phrase_for_a_word_is_named_as_one() -> None:
    copy, source = alignable([SOURCE.replace("storm", "spell of weather"), SOURCE])
    found = align(copy, source)
    ((first, end, other, other_end),) = found.replaced.tolist()
    assert (copy.wording(first, end), source.wording(other, other_end)) == (
        "spell of weather",
        "storm",
    )
    assert is_copy(found)


words = st.lists(st.sampled_from("ab cd ef gh ij kl mn op qr st uv wx".split()), max_size=80)


@given(copy=words, source=words)
def test_what_is_equal_is_never_more_than_the_two_texts_can_have(
    copy: list[str], source: list[str]
) -> None:
    found = aligned(" ".join(copy), " ".join(source))
    assert 0 <= found.n_equal <= found.n_in_step <= found.n_words == len(copy)
    assert 0 <= found.n_entities_equal <= found.n_entities
    assert found.n_equal <= len(source)
    assert aligned(" ".join(copy), " ".join(copy)).n_equal == len(copy)


@given(seed=st.integers(0, 1000), share=st.floats(0, 0.4))
def test_as_much_is_equal_as_an_exhaustive_comparison_finds(seed: int, share: float) -> None:
    draw = random.Random(seed)
    source = [f"w{draw.randrange(400)}x" for _ in range(200)]
    copy = [f"y{place}" if draw.random() < share else word for place, word in enumerate(source)]
    exact = difflib.SequenceMatcher(None, copy, source, autojunk=False)
    most = sum(block.size for block in exact.get_matching_blocks())
    assert 0.9 * most <= aligned(" ".join(copy), " ".join(source)).n_equal <= most
