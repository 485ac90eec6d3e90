"""Hostile input at random: whatever comes in, each record is a row, and no row is nonsense.

The suite draws a few dozen examples a test, the same on every run. For new ones, until one fails:

    while pytest -n 0 tests/test_fuzz.py --hypothesis-profile fuzz; do :; done

What once was found stands as an explicit example.
"""

import gzip
import io
import json
import math
import os
import shutil
import socket
import struct
from collections.abc import Callable, Generator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import example, given
from hypothesis import strategies as st
from in_this_process import InThisProcess

from chaffinch.datasets.extraction.decoding import NotTextError, decode
from chaffinch.datasets.extraction.documents import UnreadableRecord, document_from_record
from chaffinch.datasets.intake import read_records
from chaffinch.datasets.readers.registry import read_stream
from chaffinch.detector.audit.audit import run_audit
from chaffinch.detector.audit.engines.registry import ENGINES
from chaffinch.detector.detector import Detector
from chaffinch.detector.digests import file_digest
from chaffinch.detector.model_folder import BUNDLED, ModelError, load_model
from chaffinch.detector.verdict import Verdict
from chaffinch.features.document import Document, Image, PageMetadata
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.reports.audit.data import AuditData
from chaffinch.reports.audit.listing import Listing
from chaffinch.reports.audit.summary import summary
from chaffinch.reports.formats.registry import DOCUMENTS, RESULTS, SUMMARIES
from chaffinch.reports.html.article import COLUMNS, article
from chaffinch.reports.html.plain import article_markup
from chaffinch.reports.html.report import page
from chaffinch.reports.html.site import render_site
from chaffinch.reports.results import Result

DETECTOR = Detector.load()
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module", autouse=True)
def nothing_leaves_this_machine() -> Generator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", lambda *_: pytest.fail("it reached for a network"))
        yield


# --- Texts and documents ----------------------------------------------------------------------

PROSE = (
    "The council voted on Tuesday to bring back the ferry. It will run four times a day, and "
    'the first crossing is planned for May. "We are glad," said the mayor, who had asked for it. '
    "Successful the town, arsenic everywhere, volition helium connected the market by a hour."
)
MARKER = "<fuzz onload=x>"
"""Markup that must never come out as markup."""

FRAGMENTS = [
    *PROSE.split(),
    *"( ) [ ] { } {a|b} {of the} %keyword% &#111; &amp;amp; ,quot; \" ' `".split(),
    *(" ", "  ", "\t", "\n", "\r", "\r\n", "\v", "\f", "\0", "\x1b[2J", "\x85", "\u2028"),
    *("\u0301", "\u200b", "\u00ad", "\u202e", "\ufeff", "\ufffd", "\ud800", "\udfff"),
    *("\u115f", "\u3164", "\u2800", "\u0430", "\u03b1", "\u13aa", "\uff21", "\U0001d400"),
    *("\U0001f426", "\U000e0041", "\U0010ffff", "\u1e9e", "\u0130", "\ufb01", "\u4e00", "\u0e01"),
    *("5 months ago 98", "12k views", "2 days ago", "Read Entire Article", "[ad_1]"),
    *(
        "By Jan Roe",
        "Jan Roe reported from Oslo",
        "OSLO (Reuters) -",
        "Jan. 18, 2022",
        "2024-03-99",
    ),
    *("Continue reading the main story", "-1,234.5.6", "3.141e400", "=1+1", "https://[", MARKER),
    *("</script>", "<!--", "]]>", "$(x)", "../", "%00", "\\", "\\x1b", "|", "#doc=", "`|`"),
]
fragments = st.sampled_from(FRAGMENTS)
repeated = st.builds(lambda piece, count: piece * count, fragments, st.integers(1, 400))
any_text = st.one_of(
    st.text(st.characters(codec=None), max_size=80),
    st.builds(
        lambda pieces, joint: joint.join(pieces),
        st.lists(st.one_of(fragments, fragments, st.text(max_size=9), repeated), max_size=60),
        st.sampled_from(["", " ", "\n", " and the "]),
    ),
    st.builds(lambda text, rest: f"{text}\n{PROSE * 3}\n{rest}", fragments, repeated),
)
short_text = st.one_of(fragments, st.text(st.characters(codec=None), max_size=20))
any_address = st.one_of(
    short_text,
    st.sampled_from(["", "//", "https://[broken", "https://a.example/the-council-voted-tuesday"]),
    st.builds(lambda host, rest: f"https://{host}/{rest}", short_text, short_text),
)
any_date = st.one_of(short_text, st.dates().map(str), st.datetimes().map(str))
any_metadata = st.builds(
    PageMetadata,
    *[st.none() | any_address, *[st.none() | short_text] * 3],
    st.none() | any_date,
    *[st.none() | short_text] * 3,
    stated_urls=st.lists(any_address, max_size=2).map(tuple),
    images=st.lists(st.builds(Image, any_address, any_text), max_size=2).map(tuple),
)
any_document = st.builds(
    Document,
    any_text,
    short_text,
    any_address,
    st.one_of(short_text, any_text),
    st.none() | any_date,
    st.none() | any_metadata,
)


def check_verdict(verdict: Verdict) -> None:
    """What holds of every verdict, whatever was judged."""
    text = verdict.document.text
    numbers = [*verdict.features.values(), *(reason.contribution for reason in verdict.reasons)]
    assert all(map(math.isfinite, numbers))
    if verdict.probability is None:
        assert verdict.kind == "unscorable" and verdict.unscorable and not verdict.flagged
    else:
        assert 0 <= verdict.probability <= 1
        assert verdict.kind != "unscorable" and verdict.unscorable is None
    for item in verdict.evidence:
        assert math.isfinite(item.weight)
        if item.where == "text":
            assert item.start is not None and item.end is not None
            assert 0 <= item.start < item.end <= len(text)
            assert item.text == text[item.start : item.end]


@given(st.lists(any_document, min_size=1, max_size=4))
def test_any_documents_get_sound_verdicts_alone_and_together(documents: list[Document]) -> None:
    together = DETECTOR.score_batch(documents)
    assert len(together) == len(documents)
    for document, verdict in zip(documents, together, strict=True):
        check_verdict(verdict)
        assert DETECTOR.score(document) == verdict


@given(st.lists(any_text, min_size=1, max_size=4))
def test_any_texts_have_the_same_tokens_alone_and_together(texts: list[str]) -> None:
    vocabulary = DETECTOR.model.resources.vocabulary
    together = TokenBlock.from_documents([Document(text) for text in texts], vocabulary)
    assert (together.start < together.end).all()
    assert (together.end[:-1] <= together.start[1:]).all()
    last = np.cumsum(together.n_words)
    for number, text in enumerate(texts):
        alone = TokenBlock.from_documents([Document(text)], vocabulary)
        mine = slice(last[number] - together.n_words[number], last[number])
        origin = together.doc_start[number]
        for name in ("word_hash", "word", "gap", "case"):
            assert np.array_equal(getattr(alone, name), getattr(together, name)[mine]), name
        assert np.array_equal(alone.start, together.start[mine] - origin)
        assert np.array_equal(alone.end, together.end[mine] - origin)
        assert not len(alone.end) or alone.end[-1] <= len(text)


@given(st.lists(any_document, min_size=1, max_size=3), st.booleans())
def test_any_verdicts_are_printed_in_every_format(
    documents: list[Document], with_text: bool
) -> None:
    results = [
        Result("a.txt", document.id, 0.5, verdict, None)
        for document, verdict in zip(documents, DETECTOR.score_batch(documents), strict=True)
    ]
    results.append(Result("b.txt", "b", 0.5, None, documents[0].title))
    for render in RESULTS.values():
        "".join(render(results, with_text)).encode()
    for line in RESULTS["jsonl"](results, with_text):
        assert json.loads(line)


# --- Files ------------------------------------------------------------------------------------


def _page(text: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><title>Ferry returns</title><meta charset="utf-8">'
        '<link rel="canonical" href="https://a.example/ferry"><style>.x{display:none}</style>'
        '<meta property="og:title" content="Ferry returns"><script type="application/ld+json">'
        '{"@graph": [{"@type": "NewsArticle", "author": [{"name": "Jan Roe"}]}]}</script></head>'
        '<body><nav><a href="/">Home</a></nav><article><h1>Ferry</h1><p class="x">hidden</p>'
        f'<p style="color:#fff">white</p><p>{text}</p><img src="/ferry.jpg" alt="The ferry">'
        "</article><footer>Imprint</footer></body></html>"
    )


def _parquet() -> bytes:
    rows = {
        "id": ["a", None, "c"],
        "text": [PROSE, "short", None],
        "html": [None, "", _page(PROSE)],
        "published": pa.array([date(2024, 3, 1), None, date(1999, 1, 1)], pa.date32()),
    }
    stream = io.BytesIO()
    pq.write_table(pa.table(rows), stream, compression="zstd")
    return stream.getvalue()


def _warc() -> bytes:
    http = f"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=latin1\r\n\r\n{_page(PROSE)}"
    packed = gzip.compress(_page(PROSE).encode(), mtime=0)
    encoded = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed
    moved = "HTTP/1.1 301 Moved\r\nLocation: /b\r\n\r\n"
    bodies = [http.encode(), encoded, moved.encode(), PROSE.encode()]
    kinds = ["response"] * 3 + ["conversion"]
    archive = b""
    for kind, body in zip(kinds, bodies, strict=True):
        media_type = "text/plain" if kind == "conversion" else "application/http; msgtype=response"
        head = (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://a.example/{kind}\r\n"
            f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        archive += head.encode() + body + b"\r\n\r\n"
    return archive


_ROWS = [{"id": 1, "text": PROSE}, {"html": _page(PROSE), "url": "https://a.example"}, {"text": ""}]
FILES: dict[str, bytes] = {
    "a.txt": PROSE.encode(),
    "a.md": f"---\ntitle: Ferry\n---\n# Ferry\n\n{PROSE} [x](y) `z`\n\n> * {PROSE}\n".encode(),
    "a.html": _page(PROSE).encode(),
    "utf16.html": _page(PROSE).encode("utf-16"),
    "a.jsonl": "\n".join(map(json.dumps, _ROWS)).encode(),
    "a.csv": f'id,text\n1,"{PROSE.replace(chr(34), "")}"\n2,short\n'.encode(),
    "a.tsv": b"text\tid\nshort\t1\n",
    "a.parquet": _parquet(),
    "a.warc": _warc(),
}
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    ".gz": lambda data: gzip.compress(data, mtime=0),
    ".zst": zstandard.compress,
}
EXTREMES = [
    *(b"\0", b"\xff", b"\x7f" * 4, b"\xff" * 8, b"\x80" * 10, b'"', b"\n", b",", b"{", b"[" * 99),
    *(struct.pack("<I", 2**31 - 1), struct.pack("<q", -1), b"Content-Length: 9999999999\r\n"),
    *(
        magic
        for magic in (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"PAR1", b"\r\n\r\n", b"WARC/1.0\r\n")
    ),
    *(b"<div>" * 99, b"</p>", b"<!--", b"&#x1b;", b"\xed\xa0\x80", b'"\\ud800"', b"1" * 5000),
]


def mutated(data: bytes, changes: Sequence[tuple[str, float, float, bytes]]) -> bytes:
    """Data with pieces changed; places are shares of its length."""
    for what, first, second, piece in changes:
        start, end = sorted((int(first * len(data)), int(second * len(data))))
        middle = {
            "insert": piece + data[start:end],
            "overwrite": piece + data[start + len(piece) : end],
            "delete": b"",
            "repeat": data[start:end] * 3,
            "flip": bytes([byte ^ 1 << len(piece) % 8 for byte in data[start : start + 1]])
            + data[start + 1 : end],
        }[what]
        data = data[:start] + middle + data[end:]
    return data


shares = st.floats(0, 1)
changes = st.lists(
    st.tuples(
        st.sampled_from(["insert", "overwrite", "delete", "repeat", "flip"]),
        shares,
        shares,
        st.one_of(st.sampled_from(EXTREMES), st.binary(max_size=12), any_text.map(
            lambda text: text.encode("utf-8", "surrogatepass")
        )),
    ),
    max_size=4,
)  # fmt: skip


class File(NamedTuple):
    """A file's name and content."""

    name: str
    data: bytes


any_file = st.builds(
    lambda name, packing, inside, outside: File(
        name + packing, mutated(PACKINGS[packing](mutated(FILES[name], inside)), outside)
    ),
    st.sampled_from(sorted(FILES)),
    st.sampled_from(sorted(PACKINGS)),
    changes,
    changes,
)


def _table(**columns: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table({"text": [PROSE, PROSE], **columns}), stream)
    return stream.getvalue()


@given(any_file)
@example(File("a.parquet", _table(published=pa.array([1, 2**62], pa.timestamp("us")))))
@example(File("a.parquet", _table(published=pa.array([2**30, 1], pa.date32()))))
@example(File("a.parquet", _table(published=pa.array([1, 2], pa.timestamp("us", "Mars/Base")))))
@example(File("a.parquet", _table(title=pa.array([b"\xff", b"a"]).view(pa.string()))))
def test_any_file_becomes_records_that_are_read_or_say_why_not(
    tmp_path_factory: pytest.TempPathFactory, file: File
) -> None:
    path = tmp_path_factory.mktemp("any") / file.name
    path.write_bytes(file.data)
    found = list(read_records(path, file.name))
    shutil.rmtree(path.parent)
    # What is no file is standard input; it knows no Parquet by its ending alone.
    streamed = list(read_stream(io.BytesIO(file.data), file.name))
    for records in (found, streamed):
        assert [record.offset for record in records] == list(range(len(records)))
        for record in records:
            try:
                document = document_from_record(record)
            except UnreadableRecord as error:
                assert str(error).startswith(file.name) and len(str(error)) < 2_000
            else:
                assert document.id == record.id
                document.text.encode("utf-8", "surrogatepass")


@given(st.binary(max_size=300) | any_text.map(lambda text: text.encode("utf-16-be", "replace")))
def test_any_bytes_are_text_or_are_refused(data: bytes) -> None:
    try:
        decode(data).text.encode()
    except NotTextError as error:
        assert str(error)


# --- Whole audits and their reports ------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def in_this_process() -> Generator[None]:
    """Audits run their tasks here and now: what a task raises, a test sees."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(ENGINES, "local", lambda jobs, limits: InThisProcess())
        patch.setattr(os, "fsync", lambda file: None)
        yield


def check_rows(rows: list[dict[str, Any]], manifest: dict[str, Any]) -> None:
    assert manifest["finished"] and manifest["documents"] == manifest["records_read"] == len(rows)
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert (row["error"] is not None) == (row["status"] == "error")
        assert (row["probability"] is None) == (row["status"] != "scored")
        for item in row["evidence"]:
            if item["where"] == "text":
                assert row["text"][item["start"] : item["end"]] == item["text"]


def check_report(audit: Path) -> None:
    data = AuditData(audit)
    for documents in DOCUMENTS.values():
        "".join(documents(data)).encode()
    for render in SUMMARIES.values():
        "".join(render(summary(data))).encode()
    markup = page(data, Listing(data))
    markup += "".join(
        article_markup(article(f"{number}", row), number, lambda other: other.key)
        for number, row in data.rows(range(data.n_rows), COLUMNS)
    )
    render_site(audit, audit / "site")
    markup += "".join(file.read_text("utf-8") for file in (audit / "site").rglob("*.html"))
    markup.encode()
    assert "<fuzz" not in markup


any_row = st.fixed_dictionaries(
    {"text": any_text},
    optional={
        "id": short_text | st.integers() | st.booleans() | st.none(),
        "url": any_address,
        "title": any_text,
        "published": any_date | st.floats(),
        "html": any_text.map(_page),
    },
)


@pytest.mark.slow
@given(st.lists(any_row, min_size=1, max_size=3), st.lists(any_file, max_size=2))
@example(
    [{"text": PROSE * 3, "id": "\ud800", "title": MARKER, "url": f"https://{MARKER}/"}] * 2, []
)
def test_any_crawl_is_audited_and_reported(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]], files: list[File]
) -> None:
    folder = tmp_path_factory.mktemp("audit")
    (folder / "crawl").mkdir()
    (folder / "crawl" / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for number, file in enumerate(files):
        (folder / "crawl" / f"{number}{file.name}").write_bytes(file.data)
    manifest = run_audit(folder / "crawl", folder / "out")
    found = pq.read_table(folder / "out" / "documents").to_pylist()
    check_rows(found, manifest)
    assert sum(row["path"] == "rows.jsonl" for row in found) == len(rows)
    check_report(folder / "out")
    shutil.rmtree(folder)


# --- Folders from strangers --------------------------------------------------------------------


class Loader(NamedTuple):
    """What opens a kind of folder.

    Attributes:
        sound: A sound folder of the kind.
        description: Its JSON file, in which ``digests`` names the other files.
        load: Opens a folder and uses it.
        refusal: What `load` raises where it is not sound.
    """

    sound: Path
    description: str
    load: Callable[[Path], object]
    refusal: type[Exception]


def _score_with_model(folder: Path) -> None:
    detector = Detector(load_model(folder))
    for verdict in detector.score_batch([Document(PROSE * 3), Document("short")]):
        check_verdict(verdict)


LOADERS = {"model": Loader(BUNDLED, "model.json", _score_with_model, ModelError)}

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | short_text | st.just(10**400),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(short_text, inside, max_size=3),
    max_leaves=5,
)


def _changed_value(value: Any, path: Sequence[float], new: Any) -> Any:
    """A JSON value with another one somewhere in it; the path's steps are shares of a length."""
    if not path or not isinstance(value, dict | list) or not value:
        return new
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = keys[int(path[0] * (len(keys) - 1))]
    value[key] = _changed_value(value[key], path[1:], new)
    return value


def _changed_array(file: Path, places: Sequence[float], extreme: float) -> None:
    """Put an extreme of its type at places of an array, which are shares of its size."""
    values = np.load(file)
    if values.dtype.kind == "f":
        options = [np.nan, np.inf, 0.0, -9e3, 9e3, 1e-38, float(values.flat[0])]
    else:
        limits = np.iinfo(values.dtype)
        options = [0, limits.min, limits.max, 1, int(values.flat[0]), int(values.flat[-1])]
    for place in places:
        values.flat[int(place * (values.size - 1))] = options[int(extreme * (len(options) - 1))]
    file.unlink()
    np.save(file, values)


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Loader], Path]:
    """Makes a folder of links to a sound one's files, of which single ones can be replaced."""
    base = tmp_path_factory.mktemp("base")

    def make(loader: Loader) -> Path:
        whole = base / loader.description
        if not whole.exists():
            shutil.copytree(loader.sound, whole)
        folder = base / "spoilt"
        shutil.rmtree(folder, ignore_errors=True)
        return Path(shutil.copytree(whole, folder, copy_function=os.link))

    return make


@pytest.mark.parametrize("kind", LOADERS)
@given(
    which=shares, bytewise=st.none() | changes, places=st.lists(shares, max_size=5), extreme=shares
)
def test_any_array_or_file_of_a_folder_is_sound_or_refused(
    kind: str,
    links: Callable[[Loader], Path],
    which: float,
    bytewise: list[tuple[str, float, float, bytes]] | None,
    places: list[float],
    extreme: float,
) -> None:
    loader = LOADERS[kind]
    folder = links(loader)
    description = json.loads((folder / loader.description).read_text())
    names = sorted(description["digests"])
    name = names[int(which * (len(names) - 1))]
    file = folder / name
    if bytewise is None and name.endswith(".npy"):
        _changed_array(file, places, extreme)
    else:
        data = mutated(file.read_bytes(), bytewise or [])
        file.unlink()
        file.write_bytes(data)
    description["digests"][name] = file_digest(file)
    (folder / loader.description).unlink()
    (folder / loader.description).write_text(json.dumps(description))
    try:
        loader.load(folder)
    except loader.refusal as error:
        assert str(folder) in str(error)


@pytest.mark.parametrize("kind", LOADERS)
@given(path=st.lists(shares, max_size=3), value=any_json, bytewise=changes)
def test_any_description_of_a_folder_is_sound_or_refused(
    kind: str,
    links: Callable[[Loader], Path],
    path: list[float],
    value: object,
    bytewise: list[tuple[str, float, float, bytes]],
) -> None:
    loader = LOADERS[kind]
    folder = links(loader)
    file = folder / loader.description
    described = _changed_value(json.loads(file.read_text()), path, value)
    file.unlink()
    file.write_bytes(mutated(json.dumps(described).encode(), bytewise[:1]))
    try:
        loader.load(folder)
    except loader.refusal as error:
        assert str(folder) in str(error)
