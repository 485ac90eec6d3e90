"""How well an audit tells what is a copy of what, and what that costs.

    python benchmarks/republication.py quality DATA  a crawl of copies against an index
    python benchmarks/republication.py cost DATA  memory, disk and time of an index and a look-up
    python benchmarks/republication.py prior DATA  how many texts share a value of their sketches

DATA is a folder with *.jsonl.zst corpora, lexicons/ and paraphrase/. The crawl of `quality` is made
of texts of the test part: 30 % copies of originals that are in the index, as many of others that
are not, honest texts, originals on their own pages, and human paraphrases. Every source has
copies by several spinners. A document is rightly attributed to its own original or to its twin: a
text that shares half of its runs of five words.
"""

import itertools
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import numpy as np
import pyarrow.parquet as pq
import zstandard
from scipy.optimize import minimize_scalar
from scipy.special import betaln, logsumexp
from simulated import TEST_SITES, read_part

from chaffinch.datasets.lexicons.lexicons import Lexicons, read_lexicons
from chaffinch.datasets.simulation.residue import inject_residue
from chaffinch.datasets.spinners.registry import FAMILIES
from chaffinch.detector.audit.audit import AuditOptions, run_audit
from chaffinch.detector.audit.copies.candidates import SharedOriginals, candidates, worth_verifying
from chaffinch.detector.audit.copies.hashes import address_hash
from chaffinch.detector.audit.copies.originals import add_originals, load_originals
from chaffinch.detector.audit.copies.sketched_texts import SketchedTexts
from chaffinch.detector.audit.copies.verification import verify
from chaffinch.detector.detector import Detector
from chaffinch.detector.training.corpora import CleanText, corpus_files, read_corpus, spread
from chaffinch.features.copies.sketch import sketch
from chaffinch.features.document import Document
from chaffinch.features.text.phrases import load_phrases

SPUN_RATES = (0.25, 0.4)
"""Shares of words replaced in copies: those of a real farm, and the heaviest simulated."""

WORDS_OF_A_THIRD = 40
"""Least words of a copy, below which there is nothing to find; our choice."""

_LEAST_WORDS = 120
"""Least words of a text that is copied, so that a third of it has `WORDS_OF_A_THIRD`."""

_COPIES_OF_A_SOURCE = 3
"""Copies that a source has before the next one is taken; our choice."""

_TWINS = 0.5
"""Share of the shorter text's runs of five words from which two texts are twins; our choice."""

_SAME_EVENT = (1, 6, 15)
"""Paraphrased sentences joined to one text: as they are, a short post, an article."""


class CrawledPage(NamedTuple):
    """A document of the crawl, and the truth about it.

    Attributes:
        document: The document.
        kind: What it is, as a row of the table.
        source: The clean text that it is a copy of, or None.
        known: Whether that text is in the index.
    """

    document: Document
    kind: str
    source: CleanText | None = None
    known: bool = False


def families() -> list[str]:
    """Families that replace a stated share of all words."""
    return [name for name, family in FAMILIES.items() if family.rates not in ((0, 1), (0.01, 0.15))]


def third(text: str) -> str:
    """The middle third of a text's words, with their line breaks."""
    words = re.findall(r"\S+\s*", text)
    return "".join(words[len(words) // 3 : 2 * len(words) // 3]).rstrip()


def copies(
    sources: Sequence[CleanText], lexicons: Lexicons, known: bool, most: int, seed: int
) -> Iterator[CrawledPage]:
    """Copies of texts, several of each: word for word with residue, spun, whole and cut."""
    rng = np.random.default_rng(seed)
    names = families()
    spinners = {
        name: [FAMILIES[name].make(lexicons, site) for site in TEST_SITES] for name in names
    }
    kinds = [("scraped", 0.0), *itertools.product(names, SPUN_RATES)]
    kinds = [kinds[at] for at in rng.permutation(len(kinds)).tolist()]
    number = 0
    for source in itertools.cycle(sources):
        for _ in range(_COPIES_OF_A_SOURCE):
            family, rate = kinds[number % len(kinds)]
            cut = number // len(kinds) % 3 == 2
            text = source.text
            if rate:
                spun = spinners[family][number % len(TEST_SITES)].spin(text, rng, rate)
                text = spun.text
                kind = f"{family} {rate:.0%}"
            else:
                text = inject_residue(text, rng, load_phrases(), int(rng.integers(1, 4)))
                kind = "word for word, with residue"
            text = third(text) if cut else text
            number += 1
            if (rate and not spun.replacements) or len(text.split()) < WORDS_OF_A_THIRD:
                continue
            name = f"{'known' if known else 'unknown'}-{number}"
            url = f"https://{family}{number % len(TEST_SITES)}.example/{name}"
            document = Document(text, id=name, url=url, title=source.title)
            yield CrawledPage(document, f"{kind}, cut to a third" if cut else kind, source, known)
            most -= 1
            if not most:
                return


def honest(texts: Sequence[CleanText]) -> Iterator[CrawledPage]:
    """Texts that are nobody's copy."""
    for text in texts:
        name = f"honest-{text.corpus}-{text.id}"
        url = f"https://{text.corpus.replace('_', '-')}.example/{name}"
        document = Document(text.text, id=name, url=url, title=text.title)
        yield CrawledPage(document, "honest texts", text)


def paraphrases(data: Path, most: int) -> Iterator[CrawledPage]:
    """Both sides of human paraphrases of news, sentence by sentence and many in one text."""
    packed = (data / "paraphrase" / "msr_paraphrase_test.txt.zst").read_bytes()
    lines = (
        zstandard.ZstdDecompressor()
        .stream_reader(packed)
        .read()
        .decode("cp1252", "replace")
        .splitlines()
    )
    pairs = [line.split("\t")[3:5] for line in lines[1:] if line.startswith("1\t")]
    share = len(pairs) // len(_SAME_EVENT)
    for first, size in zip(range(0, len(pairs), share), _SAME_EVENT, strict=False):
        for number in range(min(share // size, most)):
            part = pairs[first + number * size : first + (number + 1) * size]
            for side in (0, 1):
                text = " ".join(pair[side] for pair in part)
                name = f"paraphrase-{size}-{number}-{side}"
                document = Document(text, id=name, url=f"https://side{side}.example/{name}")
                yield CrawledPage(document, f"paraphrases, {size} of a sentence in a text")


def make_crawl(
    data: Path, lexicons: Lexicons, part: str, n_documents: int
) -> tuple[list[CrawledPage], list[CleanText]]:
    """The crawl, and the originals of the index."""
    texts = [text for texts in read_part(data, part, 10**6).values() for text in texts]
    texts = [text for text in texts if len(text.text.split()) >= _LEAST_WORDS]
    texts = [texts[at] for at in np.random.default_rng(0).permutation(len(texts)).tolist()]
    n_copies = n_documents * 3 // 10
    share = max(min(len(texts) // 3, n_copies // _COPIES_OF_A_SOURCE), 1)
    known, unknown, others = texts[:share], texts[share : 2 * share], texts[2 * share :]
    pages = [
        *copies(known, lexicons, True, n_copies, 1),
        *copies(unknown, lexicons, False, n_copies, 2),
        *paraphrases(data, n_documents // 100),
    ]
    itself = [
        CrawledPage(
            Document(text.text, id=f"own-{at}", url=own_url(text)), "originals themselves", text
        )
        for at, text in enumerate(spread(known, n_documents // 40))
    ]
    rest = n_documents - len(pages) - len(itself)
    return [*pages, *itself, *honest(spread(others, rest))], known


def own_url(text: CleanText) -> str:
    """The page of an original."""
    return f"https://{text.corpus.replace('_', '-')}.example/{text.id}"


def original(text: CleanText) -> Document:
    """A text as the index has it."""
    return Document(text.text, id=f"{text.corpus}/{text.id}", url=own_url(text), title=text.title)


def runs_of_five(text: str) -> set[int]:
    """Hashes of all runs of five words of a text."""
    words = re.findall(r"\w+", text.lower())
    return {hash(tuple(words[at : at + 5])) for at in range(len(words) - 4)}


def are_twins(one: str, other: str) -> bool:
    """Whether the shorter of two texts shares half of its runs of five words."""
    first, second = runs_of_five(one), runs_of_five(other)
    least = min(len(first), len(second))
    return bool(least) and len(first & second) >= _TWINS * least


class AuditedPage(NamedTuple):
    """What an audit says of a page.

    Attributes:
        page: The page.
        copied: Whether it is a copy.
        source_id: Of what, or None.
        cluster: Its cluster, or None.
        right: Whether its source is its own, or a twin of it.
    """

    page: CrawledPage
    copied: bool
    source_id: str | None
    cluster: str | None
    right: bool


def judged(
    pages: Sequence[CrawledPage], output: Path, texts: Mapping[str, str]
) -> list[AuditedPage]:
    """An audit's rows beside the truth.

    Args:
        pages: The crawl.
        output: The audit.
        texts: What every possible source is: of an original its text, of another document
            the text that it was made from.
    """
    table = pq.read_table(
        output / "documents", columns=["id", "copied", "source_id", "cluster"]
    ).to_pylist()
    by_id = {row["id"]: row for row in table}
    rows = []
    for page in pages:
        row = by_id[page.document.id]
        source = row["source_id"]
        own = texts[page.document.id]
        right = source is not None and are_twins(own, texts[source])
        rows.append(AuditedPage(page, row["copied"], source, row["cluster"], right))
    return rows


def quality_lines(rows: Sequence[AuditedPage], originals: set[str]) -> Iterator[str]:
    """Tables as Markdown."""
    yield "| copies of originals in the index | documents | attributed | precision | recall |"
    yield "|---|---:|---:|---:|---:|"
    kinds: dict[str, list[AuditedPage]] = defaultdict(list)
    for row in rows:
        if row.page.known:
            cut = ", cut to a third" if row.page.kind.endswith("third") else ""
            rate = re.search(r"\d+%", row.page.kind)
            kinds[f"all at {rate[0]}{cut}" if rate else row.page.kind].append(row)
            if rate:
                kinds[row.page.kind].append(row)
    for kind in sorted(kinds, key=lambda kind: (not kind.startswith("all"), kind)):
        group = kinds[kind]
        found = [row for row in group if row.source_id in originals]
        right = sum(row.right for row in found)
        yield (
            f"| {kind} | {len(group)} | {len(found)} | {_share(right, len(found))} | "
            f"{_share(right, len(group))} |"
        )
    yield ""
    yield "| nobody's copies, or copies of others | documents | copied | wrongly |"
    yield "|---|---:|---:|---:|"
    others: dict[str, list[AuditedPage]] = defaultdict(list)
    for row in rows:
        if not row.page.known:
            kind = (
                row.page.kind
                if row.page.source is None
                or row.page.kind
                in (
                    "honest texts",
                    "originals themselves",
                )
                else "copies of texts that are not in the index"
            )
            others[kind].append(row)
    for kind, group in others.items():
        copied = [row for row in group if row.copied]
        wrong = sum(not row.right for row in copied)
        yield f"| {kind} | {len(group)} | {len(copied)} | {wrong} |"
    yield ""
    yield from cluster_lines(rows)


def cluster_lines(rows: Sequence[AuditedPage]) -> Iterator[str]:
    """How many clusters hold texts that have nothing to do with each other."""
    clusters: dict[str, list[AuditedPage]] = defaultdict(list)
    for row in rows:
        if row.cluster is not None:
            clusters[row.cluster].append(row)
    mixed = sum(any(row.copied and not row.right for row in group) for group in clusters.values())
    largest = max(map(len, clusters.values()), default=0)
    yield (
        f"{len(clusters)} clusters, the largest of {largest} documents; {mixed} hold a document "
        "that is no copy of the cluster's source."
    )


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


class Costs(NamedTuple):
    """What was measured of an index and of looking documents up.

    Attributes:
        originals: Originals in the index.
        build_seconds: Processor seconds that building it took.
        build_megabytes: Peak memory of the process that built it.
        index_bytes: Size of the index on disk.
        open_seconds: Opening it unverified.
        score_seconds: Scoring a document.
        look_up_seconds: Sketching a document, and finding and comparing its candidates.
        compared: Texts that a document was compared with.
    """

    originals: int
    build_seconds: float
    build_megabytes: float
    index_bytes: int
    open_seconds: float
    score_seconds: float
    look_up_seconds: float
    compared: float


_ROTATED = str.maketrans("abcdefghijklmnopqrstuvwxyz", "bcdefghijklmnopqrstuvwxyza")
"""Each letter to the next one: makes words that no text has of words that all have."""


def many_texts(data: Path, most: int) -> Iterator[Document]:
    """Texts of all corpora; from the second round on with the letters of long words shifted."""
    number = 0
    for round_ in itertools.count():
        for file in corpus_files(data):
            for text in read_corpus(file):
                if number == most:
                    return
                content = text.text
                for _ in range(round_):
                    content = re.sub(r"\w{5,}", lambda word: word[0].translate(_ROTATED), content)
                url = f"https://source{number}.example/"
                yield Document(content, id=f"{round_}/{text.corpus}/{text.id}", url=url)
                number += 1


def build_and_report(data: Path, index: Path, most: int) -> None:
    """Build an index and print what it took, as JSON; to be run in a process of its own."""
    began = time.process_time()
    texts = many_texts(data, most)
    read = 0.0

    def timed() -> Iterator[Document]:
        nonlocal read
        while True:
            start = time.process_time()
            document = next(texts, None)
            read += time.process_time() - start
            if document is None:
                return
            yield document

    add_originals(index, timed())
    took = time.process_time() - began - read
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(json.dumps([took, peak]))


def costs(data: Path, lexicons: Lexicons, n_originals: int, n_documents: int, at: Path) -> Costs:
    """Build an index in a process of its own, and look documents up in it."""
    index = at / "index"
    done = subprocess.run(
        [sys.executable, __file__, "build", str(data), str(index), "--originals", str(n_originals)],
        check=True,
        capture_output=True,
        text=True,
    )
    build_seconds, megabytes = json.loads(done.stdout.splitlines()[-1])
    began = time.perf_counter()
    originals = load_originals(index, verify=False)
    open_seconds = time.perf_counter() - began
    texts = [page.document.text for page in make_crawl(data, lexicons, "test", n_documents)[0]]
    detector = Detector.load()
    list(detector.score_many(texts[:64]))
    began = time.process_time()
    list(detector.score_many(texts))
    score_seconds = (time.process_time() - began) / len(texts)
    began = time.process_time()
    sketches = sketch(texts)
    ours = SketchedTexts.of(sketches, texts)
    sharing, first = [], len(texts)
    for segment in originals.segments:
        sharing.append(SharedOriginals(first, *segment.texts[:2]))
        first += len(segment.texts)
    # One rank for all: only the index is looked up.
    pairs, _ = candidates(
        ours.values,
        ours.rows.astype(np.int64),
        np.zeros(len(texts), np.int64),
        sharing,
        first,
    )
    n_values = np.array([len(one) for one in sketches])[pairs["copy"]]
    pairs = worth_verifying(pairs, n_values, np.zeros(len(texts), np.int64), first)
    n_rows = len(texts)

    def texts_of(rows: Sequence[int]) -> list[str]:
        return [texts[row] if row < n_rows else originals.text(row - n_rows) for row in rows]

    for _ in verify(pairs, texts_of):
        pass
    look_up_seconds = (time.process_time() - began) / len(texts)
    return Costs(
        len(originals),
        build_seconds,
        megabytes,
        sum(file.stat().st_size for file in index.rglob("*") if file.is_file()),
        open_seconds,
        score_seconds,
        look_up_seconds,
        len(pairs) / len(texts),
    )


def cost_lines(measured: Costs) -> Iterator[str]:
    """What was measured, and what follows from it for larger crawls."""
    size = measured.index_bytes / measured.originals
    yield f"| index of {measured.originals:,} originals | |"
    yield "|---|---:|"
    yield f"| peak memory while built | {measured.build_megabytes:,.0f} MB |"
    yield f"| processor time while built, an original | {_us(measured.build_seconds, measured)} |"
    yield f"| on disk, an original | {size:,.0f} bytes |"
    yield f"| opened in | {measured.open_seconds * 1000:.0f} ms |"
    yield f"| scoring a document | {measured.score_seconds * 1e6:,.0f} us |"
    yield f"| looking a document up | {measured.look_up_seconds * 1e6:,.0f} us |"
    yield f"| look-up over scoring | {measured.look_up_seconds / measured.score_seconds:.2f} |"
    yield f"| texts that a document is compared with | {measured.compared:.2f} |"
    yield ""
    yield "| documents | disk while copies are found | processor hours for it | for scoring |"
    yield "|---:|---:|---:|---:|"
    for count in (10**6, 10**9):
        yield (
            f"| {count:,} | {count * size / 1e9:,.0f} GB | "
            f"{count * measured.look_up_seconds / 3600:,.1f} | "
            f"{count * measured.score_seconds / 3600:,.0f} |"
        )


def _us(seconds: float, measured: Costs) -> str:
    return f"{seconds / measured.originals * 1e6:,.0f} us"


@click.group()
def main() -> None:
    """Measure how copies are found."""


@main.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--documents", default=20_000, show_default=True, help="Documents of the crawl.")
@click.option("--part", default="test", show_default=True, help="Part of the split to copy.")
@click.option("--jobs", default=1, show_default=True, help="Processes.")
@click.option("--work", type=click.Path(file_okay=False, path_type=Path), help="Folder to keep.")
def quality(data: Path, documents: int, part: str, jobs: int, work: Path | None) -> None:
    """Print tables as Markdown."""
    with tempfile.TemporaryDirectory() as temporary:
        at = work or Path(temporary)
        pages, known = make_crawl(data, read_lexicons(data), part, documents)
        at.mkdir(parents=True, exist_ok=True)
        crawl = at / "crawl"
        crawl.mkdir(exist_ok=True)
        lines = (
            json.dumps(
                {
                    "id": page.document.id,
                    "url": page.document.url,
                    "title": page.document.title,
                    "text": page.document.text,
                }
            )
            for page in sorted(pages, key=lambda page: address_hash(page.document.url))
        )
        (crawl / "pages.jsonl").write_text("\n".join(lines) + "\n", "utf-8")
        others = [text for file in corpus_files(data) for text in read_corpus(file)]
        indexed = [*known, *(text for text in others if text.part != part)]
        add_originals(at / "index", map(original, indexed))
        run_audit(crawl, at / "audit", AuditOptions(jobs=jobs, originals=at / "index"))
        texts = {original(text).id: text.text for text in indexed}
        texts |= {
            page.document.id: page.source.text if page.source else page.document.text
            for page in pages
        }
        rows = judged(pages, at / "audit", texts)
    click.echo(f"{len(pages):,} documents, {len(indexed):,} originals.\n")
    for line in quality_lines(rows, {original(text).id for text in indexed}):
        click.echo(line)


@main.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--originals", default=100_000, show_default=True, help="Originals of the index.")
@click.option("--documents", default=1_000, show_default=True, help="Documents to look up.")
def cost(data: Path, originals: int, documents: int) -> None:
    """Print tables as Markdown."""
    with tempfile.TemporaryDirectory() as temporary:
        measured = costs(data, read_lexicons(data), originals, documents, Path(temporary))
    for line in cost_lines(measured):
        click.echo(line)


def prior_texts(corpora: Iterable[Sequence[str]]) -> float:
    """The parameter of Fisher's log-series for the numbers of texts that share a sketch value.

    Fisher, Corbet and Williams, "The relation between the number of species and the number of
    individuals in a random sample of an animal population" (1943). It is the limit of a beta
    prior with parameters 0 and b for the share of texts that have a value: of a value that c of
    n texts have, this share is c / (n + b) on the mean.

    Args:
        corpora: Texts of each corpus.
    """
    counts = []
    for texts in corpora:
        _, sharing = np.unique(np.concatenate(sketch(texts)), return_counts=True)
        counts.append((len(texts), np.bincount(sharing, minlength=len(texts) + 1)[1:]))

    def surprise(log_b: float) -> float:
        """Negative log-likelihood."""
        b = np.exp(log_b)
        total = 0.0
        for n, counted in counts:
            k = np.arange(1, n + 1)
            chance = betaln(k, n - k + b) - betaln(k + 1, n - k + 1)
            total -= (counted * (chance - logsumexp(chance))).sum()
        return total

    found = minimize_scalar(surprise, bounds=(0, 20), method="bounded")
    return float(np.exp(found.x))


@main.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--texts", default=300, show_default=True, help="Texts of each corpus at most.")
def prior(data: Path, texts: int) -> None:
    """Fit how many texts share a value of their sketches, and print it."""
    folders = [data, *(folder for folder in (data / "honest",) if folder.is_dir())]
    files = [file for folder in folders for file in corpus_files(folder)]
    corpora = [[text.text for text in spread(list(read_corpus(file)), texts)] for file in files]
    everything = [text for corpus in corpora for text in corpus]
    _, sharing = np.unique(np.concatenate(sketch(everything)), return_counts=True)
    click.echo(
        f"{len(corpora)} corpora: b = {prior_texts(corpora):,.0f}. Of {len(sharing):,} values in "
        f"{len(everything):,} texts, {(sharing == 1).mean():.1%} are in one of them alone."
    )


@main.command(hidden=True)
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("index", type=click.Path(path_type=Path))
@click.option("--originals", default=100_000)
def build(data: Path, index: Path, originals: int) -> None:
    """Build an index and print processor seconds and megabytes."""
    build_and_report(data, index, originals)


if __name__ == "__main__":
    main()
