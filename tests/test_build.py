"""The build command: a model folder from corpora and lexicons in miniature, and what it refuses."""

import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path

import numpy as np
import pytest
import zstandard
from click.testing import CliRunner

from chaffinch.datasets.spinners.neighbour import NeighbourSpinner
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.__main__ import build
from chaffinch.detector.training.corpora import PARTS, CorpusError, part_of, read_corpus, spread
from chaffinch.detector.training.fitting import TrainingError
from chaffinch.detector.training.resources.build import with_fitted_odds

ROOT = Path(__file__).parent.parent
NOUNS = """market letter garden river bridge teacher council village winter harbour kitchen window
doctor farmer season morning library paper street church school company money worker""".split()
VERBS = "opened crossed visited painted closed found kept repaired sold watched carried".split()
ADJECTIVES = "old new small large early late quiet busy".split()
SYNONYMS = {word: f"{word[::-1]}a" for word in (*NOUNS, *VERBS, *ADJECTIVES)}
LICENCES = "| file | licence |\n|---|---|\n| `letters.jsonl` | CC0 |\n"


def prose(seed: int) -> str:
    draw = np.random.default_rng(seed)
    nouns, verbs, adjectives = (
        draw.choice(words, 48).tolist() for words in (NOUNS, VERBS, ADJECTIVES)
    )
    lines = []
    for number in range(24):
        first, second = nouns[2 * number : 2 * number + 2]
        verb, adjective = verbs[number], adjectives[number]
        forms = (
            f"The {adjective} {first} of the {second} {verb} it before they had {verb} the house.",
            f"In the {first} people {verb} a {second} and it was {adjective} for years after that.",
            f"They said that the {first} is {adjective} and that it had {verb} the {second}.",
        )
        lines.append(forms[int(draw.integers(3))])
    return "\n".join(" ".join(lines[at : at + 4]) for at in range(0, len(lines), 4))


def packed(folder: Path, name: str, data: bytes) -> None:
    (folder / name).write_bytes(zstandard.compress(data) if name.endswith("zst") else data)


def wordnet() -> bytes:
    """An archive in WordNet's layout that knows nothing."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for part in ("noun", "verb", "adj", "adv"):
            for name in (f"data.{part}", f"index.{part}", f"{part}.exc"):
                tar.addfile(tarfile.TarInfo(f"dict/{name}"), io.BytesIO())
    return archive.getvalue()


def write_data(folder: Path) -> Path:
    """Two corpora, one compressed and one that no classifier may see, and every lexicon."""
    lexicons = folder / "lexicons"
    lexicons.mkdir(parents=True)
    both = [*SYNONYMS.items(), *((other, word) for word, other in SYNONYMS.items())]
    pairs = "".join(f"{word},{other}\n" for word, other in both)
    mythes = "".join(f"{word}|1\n(noun)|{other}\n" for word, other in both)
    counts = "".join(f"{word}\t{900 - rank}\n" for rank, (word, _) in enumerate(both))
    for name, text in (
        ("thesaurus_moby_mthesaur.txt.zst", pairs),
        ("thesaurus_mythes_en_US_v2.dat.zst", f"UTF-8\n{mythes}"),
        ("unigrams_google1t_norvig.tsv.zst", counts),
        ("tortured_phrases.tsv.zst", "tortured\texpected\nold paper\tnew money\n"),
    ):
        packed(lexicons, name, text.encode())
    packed(lexicons, "wordnet-3.0.tar.zst", wordnet())
    (folder / "errors").mkdir()
    misspelt = "gardn\tgarden\tmade up\nlatter\tletter\tmade up\n"
    packed(folder / "errors", "errors_human_spelling.tsv.zst", misspelt.encode())
    (folder / "observed_substitutions.tsv").write_text(
        "family\toriginal\tsubstitute\ndictionary-blind\tthe\tnan\n"
    )
    for name, first in (("letters.jsonl", 0), ("news_bbc.jsonl.zst", 1000)):
        rows = [
            {"id": number, "title": "", "text": prose(first + number), "genre": "town"}
            for number in range(120)
        ]
        packed(folder, name, "".join(f"{json.dumps(row)}\n" for row in rows).encode())
    (folder / "README.md").write_text(LICENCES)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def models(data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What the documented command makes, run twice."""
    made = [tmp_path_factory.mktemp("models") / name for name in ("one", "two")]
    for model in made:
        subprocess.run(
            [sys.executable, "-m", "chaffinch.detector.training", data, "-o", model],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
    return made


@pytest.mark.slow
def test_the_same_data_make_the_same_files(models: list[Path]) -> None:
    one, two = ({file.name: file.read_bytes() for file in model.iterdir()} for model in models)
    assert one == two
    assert {"model.json", "card.md", "vocabulary.txt", "unigram.npy"} <= set(one)


@pytest.mark.slow
def test_the_model_judges_texts_that_it_has_not_seen(models: list[Path]) -> None:
    detector = Detector.load(models[0])
    clean = prose(9999)
    spun = " ".join(
        SYNONYMS.get(word, word) if place % 3 else word for place, word in enumerate(clean.split())
    )
    honest, copied = detector.score_many([clean, spun])
    assert honest.probability is not None and copied.probability is not None
    assert honest.probability < 0.2 < 0.8 < copied.probability
    assert not honest.flagged and copied.flagged


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        "| letters.jsonl | 120 | language model, training, calibration, test | CC0 |",
        r"| news\_bbc.jsonl.zst | 120 | test | not stated |",
        r"| tortured\_phrases.tsv.zst |  | channel, spinners | not stated |",
        r"| errors\_human\_spelling.tsv.zst |  | table of slips | not stated |",
        "- randomised: simulated, see",
        r"Held out: news\_bbc from the classifier; news\_guardian from the classifier.",
    ],
)
def test_the_card_names_every_corpus_and_lexicon_of_the_folder(
    models: list[Path], line: str
) -> None:
    assert line in (models[0] / "card.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (None, "holds no .jsonl or .jsonl.zst files to build from"),
        ("", "no text falls into the part for language model. Add texts"),
        ('{"text": "a"}\n{"title": "b"}\n', "a.jsonl, near line 2: cannot be read as a text"),
        ('{"text": "a"}\nno JSON\n', "near line 2: cannot be read as a text (JSONDecodeError"),
        ("".join(f'{{"text": "{number}"}}\n' for number in range(99)), "at least 2,000 words"),
    ],
)
def test_data_that_no_model_can_be_built_from_are_refused_in_a_sentence(
    data: Path, tmp_path: Path, rows: str | None, message: str
) -> None:
    for name in ("lexicons", "observed_substitutions.tsv"):
        (tmp_path / name).symlink_to(data / name)
    if rows is not None:
        (tmp_path / "a.jsonl").write_text(rows)
    result = CliRunner().invoke(build, [str(tmp_path), "-o", str(tmp_path / "model")])
    assert (result.exit_code, result.exception.__class__) == (1, SystemExit)
    assert message in result.output
    assert not (tmp_path / "model").exists()


def test_a_missing_lexicon_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "a"}')
    result = CliRunner().invoke(build, [str(tmp_path), "-o", str(tmp_path / "model")])
    assert "wordnet-3.0.tar.zst: No such file or directory." in result.output


def test_spinners_that_replace_no_word_are_refused(detector: Detector) -> None:
    spinners = {"neighbour": [NeighbourSpinner({})]}
    with pytest.raises(TrainingError, match="No spinner replaces a word"):
        with_fitted_odds(detector.model.resources, [prose(1)], spinners)


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl.zst"
    file.write_bytes(b"no Zstandard")
    with pytest.raises(CorpusError, match=r"a\.jsonl\.zst, near line 1"):
        list(read_corpus(file))


def test_the_part_of_a_text_follows_from_its_corpus_and_id_alone() -> None:
    drawn = [part_of("letters", str(number)) for number in range(2000)]
    shares = [drawn.count(part) / len(drawn) for part in PARTS]
    assert np.allclose(shares, (0.6, 0.18, 0.1, 0.12), atol=0.03)
    assert {part_of("news_bbc", str(number)) for number in range(50)} == {"test"}


def test_spread_takes_items_evenly() -> None:
    assert spread("abcdefghi", 3) == ["a", "e", "i"]
    assert spread("ab", 5) == ["a", "b"]
    assert spread("", 3) == []
