"""What is read from the published files of synonym resources, and how words are inflected."""

import io
import tarfile
from pathlib import Path

import pytest
import zstandard

from chaffinch.datasets.lexicons.inflection import InflectedSynonyms, Inflection
from chaffinch.datasets.lexicons.lexicons import THESAURI, Lexicons
from chaffinch.datasets.lexicons.observed import Substitution
from chaffinch.datasets.lexicons.synonyms import phrase_pairs, single_words
from chaffinch.datasets.lexicons.thesauri import read_moby, read_mythes
from chaffinch.datasets.lexicons.tortured_phrases import read_tortured_phrases
from chaffinch.datasets.lexicons.wordnet import WordNet, read_wordnet

INFLECTION = Inflection(
    {"ferry", "ferries", "boats", "stop", "stopped", "halted", "arrives", "reach", "reaches"},
    {"verb": {"grew": "grow", "became": "become"}},
)


def written(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    data = text.encode()
    file.write_bytes(zstandard.ZstdCompressor().compress(data) if name.endswith("zst") else data)
    return file


def test_mythes_gives_synonyms_and_similar_terms_of_all_meanings(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "thesaurus.dat.zst",
        "UTF-8\n"
        "cook|2\n"
        "(noun)|chef|skilled worker (generic term)\n"
        "(verb)|fix|ready (similar term)|Heat up|chef|starve (antonym)|pot-roast\n"
        "o'clock|1\n(noun)|hour\n"
        "prepare dinner|1\n(verb)|cook\n",
    )
    assert read_mythes(file) == {
        "cook": ["chef", "fix", "ready", "heat up"],
        "prepare dinner": ["cook"],
    }


def test_a_damaged_mythes_file_gives_what_can_be_read(tmp_path: Path) -> None:
    file = written(tmp_path, "thesaurus.dat", "UTF-8\nno count\nsea|many\ncook|3\n(noun)|chef\n")
    assert read_mythes(file) == {"cook": ["chef"]}


def test_moby_has_the_entry_first_on_the_line(tmp_path: Path) -> None:
    file = written(tmp_path, "moby.txt", "Ferry,boat,Ferry,carry over,ro-ro\nà la mode,chic\n")
    assert read_moby(file) == {"ferry": ["boat", "carry over"]}


def test_tortured_phrases_go_from_the_expected_term_to_all_its_distortions(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        "phrases.tsv",
        "tortured\texpected\tsources\n"
        "mean square goof\tMean square error\ta\n"
        "mean square blunder\tmean square error\tb\n"
        "associate in nursing\tand\tb\n"
        "cunning matrix (g8)\tsmart grid (g8)\tb\n",
    )
    assert read_tortured_phrases(file) == {
        "mean square error": ["mean square goof", "mean square blunder"]
    }


def test_single_words_and_phrase_pairs_share_a_thesaurus_out() -> None:
    synonyms = {"cook": ["chef", "prepare dinner"], "heat up": ["warm", "cook up"], "sea": ["main"]}
    assert single_words(synonyms) == {"cook": ["chef"], "sea": ["main"]}
    assert phrase_pairs(synonyms) == {"cook": ["prepare dinner"], "heat up": ["warm", "cook up"]}


WORDNET_FILES = {
    "data.noun": "00000001 06 n 02 ferry 0 ferry_boat 0 001 @ 00000002 n 0000 | a boat\n"
    "00000002 06 n 02 boat 0 vessel 0 000 | floats\n"
    "00000003 06 n 02 ferry 0 crossing 0 000 | a trip\n",
    "index.noun": "  1 a licence line\n"
    "ferry n 2 1 @ 2 0 00000001 00000003  \n"
    "ferry_boat n 1 1 @ 1 0 00000001  \n",
    "noun.exc": "oxen ox\n",
}


def test_wordnet_gives_senses_neighbours_and_phrases(tmp_path: Path) -> None:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for part in ("noun", "verb", "adj", "adv"):
            for name in (f"data.{part}", f"index.{part}", f"{part}.exc"):
                member = tarfile.TarInfo(f"dict/{name}")
                data = WORDNET_FILES.get(name, "").encode()
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
    file = tmp_path / "wordnet.tar.zst"
    file.write_bytes(zstandard.ZstdCompressor().compress(archive.getvalue()))
    assert read_wordnet(file) == WordNet(
        same_sense={"ferry": []},
        any_sense={"ferry": ["crossing"]},
        one_hop={"ferry": ["boat", "vessel"]},
        phrases={"ferry": ["ferry boat"], "ferry boat": ["ferry"]},
        irregular={"noun": {"oxen": "ox"}, "verb": {}, "adj": {}},
    )


SYNONYMS = {
    "ferry": ["boat", "launch"],
    "stop": ["halt", "cease"],
    "become": ["grow to be"],
    "grow to be": ["become"],
    "reach": ["arrive at"],
    "empty": [],
}


@pytest.mark.parametrize(
    ("phrase", "options"),
    [
        ("ferry", ["boat", "launch"]),
        ("ferries", ["boats"]),
        ("stopped", ["halted"]),
        ("became", ["grew to be"]),
        ("grew to be", ["became"]),
        ("reaches", ["arrives at"]),
        ("empty", []),
        ("harbour", []),
        ("harbour wall", []),
    ],
)
def test_synonyms_take_the_form_of_what_they_replace(phrase: str, options: list[str]) -> None:
    assert list(InflectedSynonyms(SYNONYMS, INFLECTION).options(phrase)) == options


@pytest.mark.parametrize(("first", "n_words"), [("grow", 3), ("grew", 3), ("become", 1), ("x", 1)])
def test_the_longest_entry_is_known_by_its_first_word_in_any_form(first: str, n_words: int) -> None:
    assert InflectedSynonyms(SYNONYMS, INFLECTION).longest(first) == n_words


PAIRS = {"ferry": ["boat"]}


@pytest.fixture
def lexicons() -> Lexicons:
    return Lexicons(
        wordnet=WordNet(PAIRS, PAIRS, PAIRS, PAIRS, {}),
        moby=PAIRS,
        mythes=PAIRS,
        phrases={"wordnet": PAIRS, "moby": PAIRS, "mythes": PAIRS},
        tortured=PAIRS,
        neighbours=PAIRS,
        observed=[Substitution("dictionary-blind", "ferry", "boat")],
        inflection=INFLECTION,
        word_rank={},
    )


@pytest.mark.parametrize("thesaurus", THESAURI)
def test_a_thesaurus_held_out_is_in_no_table(lexicons: Lexicons, thesaurus: str) -> None:
    rest = lexicons.without(thesaurus)
    tables = {
        "wordnet": rest.wordnet.same_sense or rest.wordnet.any_sense or rest.wordnet.one_hop,
        "moby": rest.moby,
        "mythes": rest.mythes,
        "observed": rest.observed,
        "tortured": rest.tortured,
        "neighbours": rest.neighbours,
    }
    assert {name for name, table in tables.items() if not table} == {thesaurus}
    assert set(rest.phrases) == {"wordnet", "moby", "mythes"} - {thesaurus}
    assert lexicons.inflected["moby"].options("ferry") == ["boat"]


def test_only_a_known_thesaurus_can_be_held_out(lexicons: Lexicons) -> None:
    with pytest.raises(ValueError, match=r"one of wordnet, moby, .* Got 'roget'"):
        lexicons.without("roget")
