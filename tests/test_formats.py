"""What people have in files: dialects, layouts, encodings and containers, and what each gives.

Each row makes one file; outcomes are worded as in ``test_inputs``.
"""

import bz2
import gzip
import io
import json
import lzma
import zlib
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import brotli
import lz4.frame
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from test_inputs import ARTICLES, INPUTS, outcome

from chaffinch.datasets.intake import read_items

ROWS = json.loads((INPUTS / "json" / "array-oneline.json").read_text("utf-8"))
BRIDGE, BAKERY, LIBRARY = TEXTS = [row["text"] for row in ROWS]
LINES = [" ".join(text.split()) for text in TEXTS]
PLAIN = [line.replace(",", "") for line in LINES]
PAGE = (
    "<!DOCTYPE html><html><head><title>Footbridge</title></head><body><article>{}</article></body>"
)
PAGE = PAGE.format("".join(f"<p>{paragraph}</p>" for paragraph in BRIDGE.split("\n\n")))
CURLY = PAGE.replace("The ", "\u201cThe\u201d ")
ALL = ["1 bridge", "2 bakery", "3 library"]
NAMES = ("bridge", "bakery", "library")


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def table(delimiter: str = ",", header: str = "id,url,text") -> str:
    rows = [["1", "https://a.example/1", BRIDGE], ["2", "", BAKERY], ["3", "", LIBRARY]]
    lines = [delimiter.join([*row[:2], quoted(row[2])]) for row in rows]
    return "\n".join([header.replace(",", delimiter), *lines]) + "\n"


def lines(*rows: str, header: str = "id,url,text") -> str:
    return "\n".join([header, *rows]) + "\n"


OPEN = "Quote the cells, and double the quotes in them."
CSV = {
    "a stated separator": ("sep=;\n" + table(";"), ALL),
    "a separator stated in quotes": ('"sep=|"\r\n' + table("|"), ALL),
    "tabs": (table("\t"), ALL),
    "tildes": (table("~"), ALL),
    "line ends of Windows": (table().replace("\n", "\r\n"), ALL),
    "line ends of old Macs": (table().replace("\n", "\r"), ALL),
    "UTF-16": ("\ufeff" + table("\t"), ALL, "utf-16-le"),
    "UTF-16 without a mark": (table(), ALL, "utf-16-le"),
    "Windows-1252": (table().replace("The ", "\u201cThe\u201d "), ALL, "cp1252"),
    "Mac Roman": (table().replace("The ", "\u201cThe\u201d "), ALL, "mac_roman"),
    "two byte-order marks": ("\ufeff\ufeff" + table(), ALL),
    "comments and blank lines": ("# a, b\n\n# c\n" + table(), ALL),
    "a header behind a number sign": (table(header="#id,url,text"), ALL),
    "capitals in the header": (table(header="ID,Url,TEXT"), ALL),
    "one column": (lines(*map(quoted, TEXTS), header="text"), list(NAMES)),
    "one column without quotes": (lines(*LINES, header="text"), list(NAMES)),
    "empty cells at the end": (lines(f"1,,{quoted(BRIDGE)},,"), ALL[:1]),
    "cells too many": (
        lines(f"1,,{quoted(BRIDGE)},x", f"2,,{quoted(BAKERY)}"),
        ["! line 2: 4 cells for 3 columns. Quote the cells.", ALL[1]],
    ),
    "quotes within a cell": (
        lines(f'1,https://a.example,"So "they" said. {PLAIN[0]}"', f"2,,{quoted(BAKERY)}"),
        ALL[:2],
    ),
    "a quote left open among lines": (
        lines(f'1,"{PLAIN[0]}', f"2,{PLAIN[1]}", f"3,{quoted(LIBRARY)}", header="id,text"),
        ALL,
    ),
    "a quote left open at the end": (
        lines(f"1,,{quoted(BRIDGE)}", f'2,,"{BAKERY}'),
        [ALL[0], f"! line 9: unexpected end of data, and lines 10 to 15 were not read. {OPEN}"],
    ),
    "a number with a comma in a long cell": (
        lines(f"1,{quoted(BRIDGE + chr(10) + 'Some 1,000 came.')}", header="id,text"),
        ALL[:1],
    ),
    "a backslash that escapes nothing": (
        lines(f"1,https://a.example,{quoted('C:' + chr(92) + 'a ' + BRIDGE)}"),
        ALL[:1],
    ),
    "one of two columns empty": (lines(f",1,{quoted(BRIDGE)}", header="text,id,text"), ALL[:1]),
    "nothing": ("", ["! has no column `text` or `html` (its columns: ). Name the one that holds "
                     "the documents with --text-column or --html-column."]),
}  # fmt: skip

OBJECTS = [{"id": str(number), "text": text} for number, text in enumerate(TEXTS, 1)]
JSONL = "\n".join(map(json.dumps, OBJECTS))
PRETTY = [json.dumps(row, indent=2) for row in OBJECTS]
ARRAY = json.dumps(OBJECTS)
JSON = {
    "UTF-16": (JSONL, ALL, "utf-16"),
    "UTF-32 without a mark": (ARRAY, ALL, "utf-32-be"),
    "Windows-1252": (
        "\n".join(json.dumps(row, ensure_ascii=False) for row in OBJECTS).replace(
            "The ", "\u201cThe\u201d "
        ),
        ALL,
        "cp1252",
    ),
    "a mark before an array": ("\ufeff" + ARRAY, ALL),
    "a comma behind the last": (ARRAY[:-1] + ",\n]", ALL),
    "an array cut off": (
        ARRAY[:-300],
        [*ALL[:2], "! line 1: not JSON (Unterminated string starting at). The rest was not read."],
    ),
    "arrays one behind the other": (ARRAY[:-1].replace(', {"id": "3"', '][{"id": "3"') + "]", ALL),
    "objects on one line": ("".join(map(json.dumps, OBJECTS)), ALL),
    "pretty objects": ("\n".join(PRETTY), ALL),
    "record separators": ("".join(f"\x1e{row}\n" for row in PRETTY), ALL),
    "commas behind lines": (",\n".join(map(json.dumps, OBJECTS)), ALL),
    "raw line ends in texts": (JSONL.replace("\\n", "\n"), ALL),
    "a broken first line": ("{bad\n" + JSONL, ["! line 1: not JSON (Expecting property name "
                            "enclosed in double quotes). Fix or remove the line.", *ALL]),
    "something else": (json.dumps({"data": OBJECTS}, indent=1), ["! line 1: without a `text` "
                       "or `html` string (it has: data). Give one of the two."]),
    "texts": (json.dumps(TEXTS), ["! line 1: not a JSON object. Give one object per line."]),
    "nothing in it": ("[]", ["! line 1: not JSON (no object is in it). Check the file."]),
    "a number": ('{"text": 5}', ["! line 1: `text` is not a text, but int. Give the text or "
                 "HTML of the page."]),
    "a page in a text": (json.dumps({"text": f"<!-- x -->\n{PAGE}"}), ["bridge"]),
}  # fmt: skip

PAGES = {
    "bridge.cgi": "\ufeff<!-- a -->\n" + PAGE,
    "bridge.php": "<?php echo 1; ?>\n" + PAGE,
    "warned.php": "Warning: no such file in page.php on line 3\n" + PAGE,
    "conditional.asp": "<!--[if IE]><p><![endif]-->" + PAGE,
    "long-comment": f"<!--{'x' * 9000}-->" + PAGE,
    "fragment.txt": "<section class='a'><p>" + "</p><p>".join(BRIDGE.split("\n\n")),
    "sheet.xml": '<?xml version="1.0"?><?xml-stylesheet href="a.xsl"?><!-- c -->' + PAGE,
    "custom": f"<my-page><p>{BRIDGE}</p></my-page>",
    "story.html%3Fid=3": PAGE,
    "story.php?image=a.jpg": PAGE,
}

REFUSED = {
    "a.rtf": "an RTF document, which is not read.",
    "a.tex": "TeX, which is not read.",
    "a.xml": "XML with the root element <urlset>, which is not read.",
    "a.css": "a part of a page (script, style, font, picture or sound), which is not read.",
    "a.vtt": "subtitles, which is not read.",
    "a.7z": "not text (it looks like a 7z archive). Unpack it,",
    "a.feather": "not text (it looks like an Arrow file).",
}
CONTENTS = {
    "a.rtf": b"{\\rtf1 " + BRIDGE.encode(),
    "a.tex": b"% comment\n\\documentclass{article}" + BRIDGE.encode(),
    "a.xml": b'<?xml version="1.0"?>' + b"<!-- -->" * 300 + b"<urlset><url/></urlset>",
    "a.css": b"p { color: red }",
    "a.vtt": b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + BRIDGE.encode(),
    "a.7z": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "a.feather": b"ARROW1\0\0",
}


def read(folder: Path, name: str, content: bytes) -> list[str]:
    (folder / name).write_bytes(content)
    return [outcome(item) for item in read_items(folder / name, name)]


@pytest.mark.parametrize("case", CSV)
def test_csv_in_a_dialect(case: str, tmp_path: Path) -> None:
    content, expected, *encoding = CSV[case]
    assert read(tmp_path, "a.csv", str(content).encode(*map(str, encoding))) == expected


@pytest.mark.parametrize("case", JSON)
def test_json_in_a_layout(case: str, tmp_path: Path) -> None:
    content, expected, *encoding = JSON[case]
    assert read(tmp_path, "a.json", str(content).encode(*map(str, encoding))) == expected


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_known_however_it_begins(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(PAGES[name], "utf-8")
    (item,) = read_items(tmp_path / name)
    assert (item.record.media_type, outcome(item)) == ("text/html", "bridge")


@pytest.mark.parametrize("start", ["[[Link]] ", "[ad_1] ", "{a|b} ", "5 < 6. ", "ORCs: ", "MZ: "])
def test_a_text_is_one_however_it_begins(start: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_text(start + BRIDGE)
    (item,) = read_items(tmp_path / "a")
    assert item.document is not None and item.document.text == start + BRIDGE


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    (found,) = read(tmp_path, name, CONTENTS[name])
    assert found.startswith("! " + REFUSED[name]) and found.endswith(".")


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [("bz2", bz2.compress), ("xz", lzma.compress), ("lz4", lz4.frame.compress)],
)
def test_other_compressions(
    suffix: str, compress: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    assert read(tmp_path, f"a.csv.{suffix}", compress(table().encode())) == ALL
    assert read(tmp_path, f"a.warc.{suffix}", compress(record(http(PAGE.encode())))) == ["bridge"]
    cut = read(tmp_path, f"b.jsonl.{suffix}", compress(JSONL.encode())[:-10])
    assert "! " in cut[-1]


def parquet(**columns: pa.Array) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table(columns), stream)
    return stream.getvalue()


NANOSECONDS = pa.array([1_714_636_800_123_456_789] * 3, pa.timestamp("ns"))
STRUCT = pa.StructArray.from_arrays(
    [pa.array(["https://a.example/"] * 3), NANOSECONDS], ["url", "seen"]
)
PARQUET = {
    "nanoseconds": (parquet(text=TEXTS, published=NANOSECONDS), list(NAMES)),
    "nanoseconds in a struct": (parquet(text=TEXTS, metadata=STRUCT), list(NAMES)),
    "bytes": (parquet(text=pa.array([text.encode() for text in TEXTS])), list(NAMES)),
    "lists": (parquet(text=pa.array([text.split("\n\n") for text in TEXTS])), list(NAMES)),
    "decimal ids": (parquet(text=TEXTS, id=pa.array([1, 2, 3], pa.decimal128(5, 0))), ALL),
    "numbers of pandas": (parquet(text=TEXTS, id=pa.array([1.0, 2.0, 3.0])), ALL),
    "nulls": (
        parquet(text=pa.array([BRIDGE, None])),
        ["bridge", "! row 1: without a `text` or `html` string. Give one of the two."],
    ),
    "numbers": (
        parquet(text=pa.array([1])),
        ["! row 0: `text` is not a text, but int. Give the text or HTML of the page."],
    ),
}


@pytest.mark.parametrize("case", PARQUET)
def test_parquet_of_a_type(case: str, tmp_path: Path) -> None:
    content, expected = PARQUET[case]
    assert read(tmp_path, "a.parquet", content) == expected
    assert read(tmp_path, "a.parquet.gz", gzip.compress(content)) == expected


def test_addresses_within_metadata(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"metadata": {"url": "https://a.example/"}},
        {"meta": '{"url": "https://a.example/"}'},
        {"warc_headers": {"warc-target-uri": "https://a.example/"}},
        {"url": "https://a.example/", "metadata": {"url": "https://b.example/"}},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"text": "x", **row}) for row in rows))
    (tmp_path / "a.parquet").write_bytes(parquet(text=TEXTS, metadata=STRUCT))
    found = [*read_items(tmp_path / "a.jsonl"), *read_items(tmp_path / "a.parquet")]
    assert {item.record.url for item in found} == {"https://a.example/"}


def http(body: bytes, *headers: str, end: str = "\r\n") -> bytes:
    head = ["HTTP/1.1 200 OK", "Content-Type: text/html", *headers, "", ""]
    return end.join(head).encode() + body


def record(body: bytes, end: str = "\r\n", **headers: str) -> bytes:
    stated = {
        "WARC-Type": "response",
        "WARC-Target-URI": "https://a.example/",
        "Content-Type": "application/http; msgtype=response",
        **{name.replace("_", "-"): value for name, value in headers.items()},
        "Content-Length": str(len(body)),
    }
    head = ["WARC/1.0", *(f"{name}: {value}" for name, value in stated.items()), "", ""]
    return end.join(head).encode() + body + (2 * end).encode()


PACKED = gzip.compress(PAGE.encode())
CHUNKS = b"".join(
    b"%X\r\n%s\r\n" % (len(piece), piece)
    for piece in (PAGE.encode()[start : start + 300] for start in range(0, len(PAGE), 300))
)
RAW = zlib.compressobj(wbits=-15)
DEFLATED = RAW.compress(PAGE.encode()) + RAW.flush()
WARC = {
    "chunks without a header": (record(http(CHUNKS + b"0\r\n\r\n")), "bridge"),
    "chunks cut off": (record(http(CHUNKS[:700], "transfer-encoding: Chunked")), "bridge cut"),
    "raw deflate": (record(http(DEFLATED, "Content-Encoding: deflate")), "bridge"),
    "gzip without a header": (record(http(PACKED)), "bridge"),
    "a header without gzip": (record(http(PAGE.encode(), "Content-Encoding: gzip")), "bridge"),
    "a header without Brotli": (record(http(PAGE.encode(), "Content-Encoding: br")), "bridge"),
    "gzip in Brotli in gzip": (
        record(http(gzip.compress(brotli.compress(PACKED)), "Content-Encoding: gzip, br, gzip")),
        "bridge",
    ),
    "gzip in Zstandard, in two headers": (
        record(
            http(zstandard.compress(PACKED), "Content-Encoding: gzip", "Content-Encoding: zstd")
        ),
        "bridge",
    ),
    "two members of gzip": (
        record(http(gzip.compress(PAGE[:500].encode()) + gzip.compress(PAGE[500:].encode()))),
        "bridge",
    ),
    "junk behind gzip": (record(http(PACKED + b"junk", "Content-Encoding: gzip")), "bridge"),
    "gzip cut off": (record(http(PACKED[:-100], "Content-Encoding: gzip")), "bridge cut"),
    "a folded header": (record(http(PAGE.encode(), "X-A: b,", "  c")), "bridge"),
    "no header at all": (record(PAGE.encode()), "bridge"),
    "line feeds alone": (record(http(PAGE.encode(), end="\n"), end="\n"), "bridge"),
    "a version in lower case": (record(http(PAGE.encode())).replace(b"WARC/", b"warc/"), "bridge"),
    "a wrong charset": (
        record(http(CURLY.encode("cp1252"), "Content-Type: text/html; charset=utf-8")),
        "bridge",
    ),
    "UTF-16": (record(http(PAGE.encode("utf-16"))), "bridge"),
    "a PDF file": (
        record(http(b"%PDF-1.7")),
        "- The content is not text (it looks like a PDF file). Give the text or HTML of the page.",
    ),
}


@pytest.mark.parametrize("case", WARC)
def test_warc_of_a_form(case: str, tmp_path: Path) -> None:
    content, expected = WARC[case]
    assert read(tmp_path, "a.warc", content) == [expected]
    assert read(tmp_path, "b.warc.gz", gzip.compress(content)) == [expected]


def test_a_text_out_of_a_page_is_no_document_beside_it(tmp_path: Path) -> None:
    page = record(http(PAGE.encode()), WARC_Record_ID="<urn:uuid:1>")
    text = {
        "WARC_Type": "conversion",
        "Content_Type": "text/plain",
        "WARC_Refers_To": "<urn:uuid:1>",
    }
    made = record(BRIDGE.encode(), **text)
    assert read(tmp_path, "a.warc", page + made) == ["bridge"]
    assert read(tmp_path, "a.wet", made) == ["bridge"]


def message(content: str, subtype: str, **headers: str) -> bytes:
    made = EmailMessage()
    for name, value in headers.items():
        made[name.replace("_", "-")] = value
    made.set_content(content, subtype=subtype)
    return bytes(made)


def test_mail_and_mailboxes(tmp_path: Path) -> None:
    first = message(
        BRIDGE, "plain", Message_ID="<1>", Subject="Bridge", Date="Thu, 2 May 2024 08:00 +0100"
    )
    second = message(CURLY, "html", Message_ID="<2>")
    separator = b"From a@a.example Thu May  2 08:00:00 2024\n"
    (tmp_path / "a.mbox").write_bytes(b"\n".join([separator + first, separator + second]))
    items = list(read_items(tmp_path / "a.mbox"))
    assert [outcome(item) for item in items] == ["1 bridge", "2 bridge"]
    assert items[0].document is not None
    assert (items[0].document.title, items[0].document.published) == (
        "Bridge", "2024-05-02T08:00:00+01:00",
    )  # fmt: skip
    assert read(tmp_path, "a.eml", second) == ["2 bridge"]
    letter = "From: Ann\nTo: Bob\nSubject: Bridge\n\n" + BRIDGE
    (tmp_path / "letter.txt").write_text(letter)
    (item,) = read_items(tmp_path / "letter.txt")
    assert item.document is not None and item.document.text == letter


def test_feeds(tmp_path: Path) -> None:
    body = PAGE[PAGE.index("<p>") : PAGE.rindex("</article>")]
    item = (
        f"<item><link>https://a.example/</link><description><![CDATA[{body}]]></description></item>"
    )
    rss = f'<?xml version="1.0"?><rss version="2.0"><channel>{item}</channel></rss>'
    entry = f'<entry><id>7</id><content type="text">{BAKERY}</content></entry>'
    assert read(tmp_path, "a.xml", rss.encode()) == ["bridge"]
    assert read(tmp_path, "a", rss.encode("utf-16")) == ["bridge"]
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    assert read(tmp_path, "a.atom", atom.encode()) == ["7 bakery"]
    assert read(tmp_path, "index.html", rss.encode()) == [], "a mirror repeats its pages in feeds"


def test_pictures_within_a_page_are_left_out_before_it_is_cut(tmp_path: Path) -> None:
    picture = f'<img src="data:image/png;base64,{"A" * 21_000_000}">'
    assert read(tmp_path, "a.html", PAGE.replace("<p>", picture + "<p>", 1).encode()) == ["bridge"]
    endless = PAGE.replace("<p>", "<!--" + "x y " * 5_500_000 + "--><p>", 1).encode()
    (tmp_path / "b.html").write_bytes(endless)
    (item,) = read_items(tmp_path / "b.html")
    assert item.document is not None and item.document.notes == ("It was cut after 20 MB.",)


def test_every_article_is_an_input() -> None:
    assert set(NAMES) < set(ARTICLES)
