"""What every simulated spinner keeps to, and what each family writes."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms, Inflection
from chaffinch.datasets.lexicons.lexicons import THESAURI, Lexicons
from chaffinch.datasets.lexicons.observed import Substitution
from chaffinch.datasets.lexicons.synonyms import Synonyms
from chaffinch.datasets.lexicons.wordnet import WordNet
from chaffinch.datasets.spinners.damage import DamageSpinner
from chaffinch.datasets.spinners.dictionary_blind import DictionaryBlindSpinner
from chaffinch.datasets.spinners.every_nth_word import EveryNthWordSpinner
from chaffinch.datasets.spinners.neighbour import NeighbourSpinner
from chaffinch.datasets.spinners.phrase_table import PhraseTableSpinner
from chaffinch.datasets.spinners.randomised import DrawnSpinner, Policy
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.datasets.spinners.spinner import LookupSpinner, Spinner, SpunText, Style
from chaffinch.datasets.spinners.spintax import SpintaxSpinner, expand_once
from chaffinch.datasets.spinners.thesaurus import ThesaurusSpinner
from chaffinch.datasets.spinners.tortured import TorturedSpinner

INFLECTION = Inflection(
    {"ferry", "ferries", "boats", "stop", "stopped", "halted", "cook", "cooked", "prepared"},
    {"verb": {"grew": "grow", "became": "become", "is": "be", "built": "build"}},
)
WORDS: Synonyms = {
    "ferry": ["boat"],
    "harbour": ["port", "haven"],
    "stop": ["halt"],
    "super": ["tremendous"],
    "from": ["off"],
    "as": ["arsenic"],
    "in": ["inch"],
    "be": ["beryllium"],
    "cook": ["chef"],
    "smart": ["clever"],
}
PHRASES: Synonyms = {
    "become": ["grow to be"],
    "cook": ["prepare dinner"],
    "weight problems": ["obesity"],
    "in the course of": ["during"],
}
TERMS: Synonyms = {"smart grid": ["keen matrix", "brilliant lattice"], "big data": ["huge facts"]}
OBSERVED = [
    Substitution("dictionary-blind", "on", "connected"),
    Substitution("phrase-table", "such as", "similar to"),
    Substitution("phrase-table", "as", "because"),
]
LEXICONS = Lexicons(
    wordnet=WordNet(WORDS, WORDS, {"on": ["along"], **WORDS}, PHRASES, {}),
    moby=WORDS,
    mythes=WORDS,
    phrases={"wordnet": PHRASES, "moby": PHRASES, "mythes": PHRASES},
    tortured=TERMS,
    neighbours={"ferries": ["harbours"], "harbour": ["quay"], "the": ["a"]},
    observed=OBSERVED,
    inflection=INFLECTION,
    word_rank={
        word: rank
        for rank, word in enumerate(
            "grow grew to be prepare prepared dinner obesity during port boat".split()
        )
    },
)
TABLE = InflectedSynonyms(WORDS, INFLECTION)
PHRASE_TABLE = InflectedSynonyms(PHRASES, INFLECTION)
families = st.sampled_from(sorted(FAMILIES))
seeds = st.integers(0, 2**32 - 1)
known = sorted({*WORDS, *PHRASES, *TERMS, "ferries", "became", "three", "k", "on", "such as"})
# Anything at all, and running text of words the families know.
texts = st.one_of(
    st.text(),
    st.lists(
        st.one_of(
            st.sampled_from(known),
            st.sampled_from(known).map(str.capitalize),
            st.sampled_from([".", "\n", "401(k)", "5.3 billion", "the", "Kestrel", "  ", "-"]),
        ),
        max_size=40,
    ).map(" ".join),
)


def spin(spinner: Spinner, text: str, rate: float = 1.0, seed: int = 0) -> SpunText:
    return spinner.spin(text, np.random.default_rng(seed), rate)


@given(families, texts, seeds, st.floats(0, 1))
def test_putting_the_originals_back_gives_the_clean_text(
    family: str, text: str, seed: int, rate: float
) -> None:
    spun = spin(FAMILIES[family].make(LEXICONS, seed % 4), text, rate, seed)
    assert spun.clean() == text
    for start, end, original, substitute in spun.replacements:
        assert spun.text[start:end] == substitute != original
    assert all(not spun.text[start:end].strip(" ") for start, end in spun.added_spaces)


@given(families, texts, seeds, st.floats(0, 1))
def test_the_same_seed_gives_the_same_text(family: str, text: str, seed: int, rate: float) -> None:
    one, two = (spin(FAMILIES[family].make(LEXICONS, 1), text, rate, seed) for _ in range(2))
    assert one == two


@given(families.filter(lambda name: not name.startswith("every")), texts, seeds, st.floats(0, 1))
def test_no_more_words_are_replaced_than_asked_for(
    family: str, text: str, seed: int, rate: float
) -> None:
    spinner = FAMILIES[family].make(LEXICONS, 1)
    spun = spin(spinner, text, rate, seed)
    n_words = len(LookupSpinner.word_pattern.findall(text))
    # The damage family counts a decimal digit as a word, so the text has a few more of them.
    most = round(rate * (n_words + text.count(".")))
    assert len(spun.replacements) <= most
    assert 0 <= spun.rate <= 1


@pytest.mark.parametrize("rate", [0.08, 0.15, 0.25, 0.4])
@pytest.mark.parametrize("family", ["wordnet", "moby", "mythes", "phrase-table", "randomised"])
def test_the_rate_is_reached_where_enough_words_are_known(family: str, rate: float) -> None:
    text = "We saw the harbour from the ferry. " * 40
    spinner = FAMILIES[family].make(LEXICONS, 0)
    assert spin(spinner, text, rate).rate == pytest.approx(rate, abs=0.15)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_text_of_unknown_words_stays_as_it_is(family: str) -> None:
    text = "Wrens nest near water; few owls mind.\n\nSome do."
    assert spin(FAMILIES[family].make(LEXICONS, 0), text) == SpunText(text, ())


@pytest.mark.parametrize("family", sorted(set(FAMILIES) - {"damage"}))
def test_names_are_left_alone(family: str) -> None:
    text = "At noon the Ferry Cook met the Super Harbour"
    spun = spin(FAMILIES[family].make(LEXICONS, 0), text).text
    assert "Ferry Cook" in spun
    assert "Super Harbour" in spun


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_knows_nothing_without_its_thesauri(family: str) -> None:
    lexicons = LEXICONS
    for thesaurus in FAMILIES[family].thesauri:
        lexicons = lexicons.without(thesaurus)
    text = "A smart grid may become a ferry harbour such as this in the course of time"
    assert spin(FAMILIES[family].make(lexicons, 1), text).text == text


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_family_asks_for_known_thesauri_and_for_rates_between_0_and_1(family: str) -> None:
    made = FAMILIES[family]
    assert set(made.thesauri) <= set(THESAURI)
    assert 0 <= made.rates[0] <= made.rates[1] <= 1
    assert made.make(LEXICONS, 0).family == family


def blind(observed: bool = False) -> LookupSpinner:
    spinner = DictionaryBlindSpinner(TABLE, TABLE, OBSERVED if observed else ())
    spinner.style = replace(spinner.style, doubled_spaces=0.0)
    return spinner


def phrases(observed: bool = False) -> LookupSpinner:
    pairs = OBSERVED if observed else ()
    return PhraseTableSpinner([TABLE], [PHRASE_TABLE], LEXICONS.word_rank, pairs)


def drawn(
    phrase_table: InflectedSynonyms | None = None, style: Style | None = None, **policy: float
) -> LookupSpinner:
    return DrawnSpinner([TABLE], phrase_table, Policy(0, **policy), style or Style())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spinner", "text", "spun"),
    [
        # Inflection and capitals are kept; function words are left alone.
        (ThesaurusSpinner("x", TABLE), "Ferries stopped as usual.", "Boats halted as usual."),
        # Function words become what the dictionary has for their spelling; a/an is left.
        (blind(), "acts as a ferry in fog", "acts arsenic a boat inch fog"),
        (blind(), "In the bay two of one, as usual", "In the bay 2 of one, arsenic usual"),
        (blind(), "Ferry, no stop. The ferry-boat", "Ferry, no stop. The ferry-boat"),
        (blind(), "there is fog", "there is fog"),
        (blind(), "we met on deck", "we met on deck"),
        (blind(observed=True), "we met on deck", "we met connected deck"),
        (phrases(), "They become rich", "They grow to be rich"),
        (phrases(), "They became rich", "They grew to be rich"),
        (phrases(), "Weight problems grew", "Obesity grew"),
        (phrases(), "in the course of time", "during time"),
        (phrases(), "in the  course of time", "in the  course of time"),
        (phrases(), "he cooked it, a super idea", "he prepared dinner it, a super idea"),
        (phrases(), "birds such as wrens", "birds such as wrens"),
        (phrases(observed=True), "birds such as wrens", "birds similar to wrens"),
        (NeighbourSpinner(LEXICONS.neighbours), "The ferries left", "A harbours left"),
        (DamageSpinner(TABLE), "A 401(k) of 5.3 billion", "A 401(ok) of 5.Three billion"),
        (DamageSpinner(TABLE), "version 5.3.1 has three", "version 5.3.1 has 3"),
        (drawn(), "The ferries stopped as usual", "The boats halted as usual"),
        (drawn(function_words=1), "it is as it was", "it beryllium arsenic it was"),
        (drawn(inflects=False), "The ferries stopped", "The boat halt"),
        (drawn(digits=True), "one ferry, two", "1 boat, 2"),
        (drawn(digits=False), "one ferry, two", "one boat, two"),
        (drawn(PHRASE_TABLE), "It became so in the course of May", "It grew to be so during May"),
        (drawn(style=Style(keep_capitals=False)), "Ferry left", "boat left"),
        (drawn(style=Style(between_spaces=True)), "Ferry, the ferry went", "Ferry, the boat went"),
    ],
)
def test_a_family_writes(spinner: LookupSpinner, text: str, spun: str) -> None:
    assert spin(spinner, text).text == spun


def test_extra_spaces_follow_substitutes_only() -> None:
    spinner = ThesaurusSpinner("x", TABLE)
    spinner.style = Style(doubled_spaces=1.0)
    spun = spin(spinner, "The ferry at the ferry, a ferry here")
    assert re.fullmatch("The boat {2,3}at the boat, a boat {2,3}here", spun.text)
    assert [spun.text[start:end].strip(" ") for start, end in spun.added_spaces] == ["", ""]


def test_a_fixed_table_replaces_a_word_everywhere_or_nowhere() -> None:
    text = "a ferry and a harbour and a ferry and a harbour and a wren too"
    results = {spin(blind(), text, rate=0.15, seed=seed).text for seed in range(20)}
    assert text.replace("ferry", "boat") in results
    for spun in results:
        assert (spun.count("ferry"), spun.count("harbour")) in {(0, 2), (2, 0)}


def test_sites_differ_in_their_tables_and_one_site_does_not() -> None:
    text = "the harbour here"
    written = {
        seed: {
            spin(DictionaryBlindSpinner(TABLE, TABLE, (), seed), text, seed=n).text.split()[1]
            for n in range(5)
        }
        for seed in range(10)
    }
    assert {len(substitutes) for substitutes in written.values()} == {1}
    assert set().union(*written.values()) == {"port", "haven"}


@pytest.mark.parametrize("n", [2, 4])
def test_every_nth_replaceable_word_is_replaced_whatever_the_rate(n: int) -> None:
    spinner = EveryNthWordSpinner(n, TABLE)
    text = "harbour by ferry " * 8
    for seed in range(4):
        spun = spin(spinner, text, 0.01, seed)
        places = [number for number, word in enumerate(spun.text.split()) if word not in text]
        able = [number // 3 * 2 + (number % 3 == 2) for number in places]
        assert able == list(range(able[0], 16, n))
        assert able[0] < n


@pytest.mark.parametrize(
    ("spintax", "expanded"),
    [
        ("{same|same}", "same"),
        ("{one|{two|two}}", "{one|two}"),
        ("{of professional}", "{of professional}"),
    ],
)
def test_an_expander_that_knows_no_nesting_leaves_braces(spintax: str, expanded: str) -> None:
    assert expand_once(spintax, np.random.default_rng(0)) == expanded


def test_spintax_leaves_few_leftovers() -> None:
    spun = spin(SpintaxSpinner(TABLE), "by ferry " * 5000)
    leftovers = [one.substitute for one in spun.replacements if one.substitute != "boat"]
    assert 0.02 < len(leftovers) / len(spun.replacements) < 0.04
    assert set(leftovers) == {
        "{boat|boat}",
        "{boat}",
        "%keyword%",
        "%title%",
        "%city%",
        "%category%",
    }


def test_damage_replaces_words_of_names_or_puts_them_in_lower_case() -> None:
    text = "We met on Super Harbour"
    results = {spin(DamageSpinner(TABLE), text, seed=seed).text for seed in range(30)}
    assert results == {
        f"We met on {first} {second}"
        for first in ("Tremendous", "super")
        for second in ("Port", "Haven", "harbour")
    }


def test_a_tool_writes_one_tortured_phrase_for_a_term() -> None:
    text = "A smart grid is smart; smart grid and big data."
    terms = InflectedSynonyms(TERMS, INFLECTION)
    results = {spin(TorturedSpinner(terms, seed), text).text for seed in range(10)}
    assert results == {f"A {term} is smart; {term} and huge facts." for term in TERMS["smart grid"]}


def test_a_part_of_an_entry_is_known_to_a_drawn_spinner() -> None:
    table = InflectedSynonyms({"ferry": [f"word{letter}" for letter in "abcdefghij"]}, INFLECTION)
    policy = Policy(seed=3, known_share=0.4)
    spun = spin(DrawnSpinner([table], None, policy, Style()), "by ferry " * 500)
    assert len({one.substitute for one in spun.replacements}) == 4
    fixed = spin(
        DrawnSpinner([table], None, replace(policy, fixed=True), Style()), "by ferry " * 99
    )
    assert len({one.substitute for one in fixed.replacements}) == 1


def test_randomised_spinners_differ_from_text_to_text() -> None:
    text = "We saw the harbour as the ferry stopped in the course of one day. " * 3
    rng = np.random.default_rng(0)
    spinner = FAMILIES["randomised"].make(LEXICONS, 0)
    assert len({spinner.spin(text, rng, 0.3).text for _ in range(30)}) >= 25
