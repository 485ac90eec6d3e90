"""WARC and WET archives: what is a page, what is damaged, and that reading goes on."""

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.datasets.extraction.documents import document_from_record
from chaffinch.datasets.intake import read_records
from chaffinch.datasets.records import Record

PAGE = "<html><title>Ferry</title><p>The ferry returns to the harbour on Monday at noon.</p></html>"
PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "zstd": zstandard.compress,
}


def record(kind: str, body: bytes, media_type: str, url: str = "https://a.example/") -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Date: 2024-02-03T04:05:06Z\r\n"
        f"WARC-Target-URI: {url}\r\nContent-Type: {media_type}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body + b"\r\n\r\n"


def response(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    head = "".join(f"{line}\r\n" for line in (f"HTTP/1.1 {status}", *headers))
    return record("response", head.encode() + b"\r\n" + body, "application/http; msgtype=response")


def conversion(number: int) -> bytes:
    words = os.urandom(1500).hex()
    return record("conversion", f"{number} {words}".encode(), "text/plain", f"https://a/{number}")


def read(folder: Path, data: bytes, name: str = "a.warc.gz") -> list[Record]:
    path = folder / name
    path.write_bytes(data)
    return list(read_records(path, name))


def only(folder: Path, data: bytes) -> Record:
    (found,) = read(folder, data)
    return found


def test_a_response_is_a_page_with_its_address_and_date(tmp_path: Path) -> None:
    found = only(tmp_path, response(PAGE.encode(), "Content-Type: text/html"))
    assert (found.url, found.captured) == ("https://a.example/", "2024-02-03T04:05:06Z")
    document = document_from_record(found)
    assert (document.title, document.site) == ("Ferry", "a.example")
    assert document.text == "The ferry returns to the harbour on Monday at noon."


@pytest.mark.parametrize(
    ("kind", "media_type", "skipped"),
    [
        ("warcinfo", "application/warc-fields", True),
        ("request", "application/http; msgtype=request", True),
        ("revisit", "application/http; msgtype=response", True),
        ("metadata", "application/warc-fields", True),
        ("conversion", "text/plain", False),
        ("resource", "text/html", False),
    ],
)
def test_which_records_are_documents(
    tmp_path: Path, kind: str, media_type: str, skipped: bool
) -> None:
    assert only(tmp_path, record(kind, b"GET / HTTP/1.1\r\n\r\n", media_type)).skipped is skipped


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        ("301 Moved", ["Location: https://b.example/"], "301: a redirect to https://b.example/"),
        ("304 Not Modified", ["Server: a"], "HTTP status 304: the page had not changed"),
        ("404 Not Found", ["Content-Type: text/html"], "HTTP status 404: an error page."),
        ("503 Busy", ["Content-Type: text/html"], "HTTP status 503: an error page."),
        ("200 OK", ["Content-Type: image/png"], "It is image/png, not a page of text."),
        ("200 OK", ["Content-Type: application/json"], "It is application/json"),
        ("200 OK", ["Content-Type: TEXT/HTML; charset=utf-8"], None),
        ("200 OK", ["Content-Type: application/octet-stream"], None),
        ("200 OK", ["Content-Type: nonsense"], None),
        ("206 Partial", ["Content-Type: text/html"], None),
        ("200 OK", [], None),
    ],
)
def test_redirects_error_pages_and_images_hold_no_page(
    tmp_path: Path, status: str, headers: list[str], reason: str | None
) -> None:
    found = only(tmp_path, response(PAGE.encode(), *headers, status=status))
    assert found.error is None and not found.skipped
    if reason is None:
        assert found.no_page is None
        assert "harbour" in document_from_record(found).text
    else:
        assert reason in (found.no_page or "")
        assert document_from_record(found).text == ""


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (gzip.compress(PAGE.encode()), ["Content-Encoding: gzip"]),
        (b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE.encode()), ["Transfer-Encoding: chunked"]),
        (PAGE.encode(), ["Content-Encoding: gzip"]),
        (PAGE.encode(), ["Transfer-Encoding: chunked"]),
    ],
    ids=["gzip", "chunked", "gzip taken off already", "chunks taken off already"],
)
def test_encodings_of_the_transfer_are_taken_off(
    tmp_path: Path, body: bytes, headers: list[str]
) -> None:
    found = only(tmp_path, response(body, "Content-Type: text/html", *headers))
    assert found.content == PAGE.encode()


@pytest.mark.parametrize("stated", ["koi8-r", "utf-16", "nonsense"])
def test_the_charset_of_the_header_is_used_where_it_can_be(tmp_path: Path, stated: str) -> None:
    words = "\u0417\u0430\u0441\u0435\u0434\u0430\u043d\u0438\u0435" * 20
    body = f"<p>{words}</p>".encode("koi8-r")
    found = only(tmp_path, response(body, f"Content-Type: text/html; charset={stated}"))
    assert (document_from_record(found).text == words) or stated != "koi8-r"


@pytest.mark.parametrize("packing", PACKINGS)
def test_archives_are_known_by_their_content(tmp_path: Path, packing: str) -> None:
    data = b"".join(PACKINGS[packing](conversion(number)) for number in range(5))
    found = read(tmp_path, data, "a.bin")
    assert [record.url for record in found] == [f"https://a/{number}" for number in range(5)]
    whole = read(tmp_path, PACKINGS[packing](b"".join(map(conversion, range(5)))), "b")
    assert [record.offset for record in whole] == list(range(5))


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("broken", [0, 2, 4])
def test_a_damaged_record_costs_only_itself(tmp_path: Path, packing: str, broken: int) -> None:
    members = [bytearray(PACKINGS[packing](conversion(number))) for number in range(5)]
    # Within the data of a gzip member, or where a plain or Zstandard record begins: the data of
    # the latter bears no checksum.
    place = 200 if packing == "gzip" else 0
    members[broken][place : place + 80] = b"\x07" * 80
    found = read(tmp_path, b"".join(members), "a.warc")
    assert [record.offset for record in found] == list(range(5))
    assert [record.error is not None for record in found] == [
        number == broken for number in range(5)
    ]
    assert f"a.warc, record {broken}" in (found[broken].error or "")


@pytest.mark.parametrize("packing", PACKINGS)
def test_two_damaged_records_are_two_rows(tmp_path: Path, packing: str) -> None:
    members = [bytearray(PACKINGS[packing](conversion(number))) for number in range(6)]
    for broken in (1, 3):
        members[broken][:3] = b"\x07" * 3
    found = read(tmp_path, b"".join(members), "a.warc")
    wrong = [record.offset for record in found if record.error is not None]
    assert (len(found), wrong) == (6, [1, 3])


@pytest.mark.parametrize("packing", PACKINGS)
def test_an_archive_that_is_cut_off_says_so_and_keeps_the_rest(
    tmp_path: Path, packing: str
) -> None:
    data = b"".join(PACKINGS[packing](conversion(number)) for number in range(4))
    *sound, last = read(tmp_path, data[:-500], "a.warc")
    assert len(sound) == 3 and all(record.error is None for record in sound)
    assert last.error is not None


@pytest.mark.parametrize("length", ["100", "99999", "x", "-5"])
def test_a_wrong_length_does_not_hide_the_records_behind(tmp_path: Path, length: str) -> None:
    wrong = conversion(1)
    stated = wrong.split(b"Content-Length: ")[1].split(b"\r\n")[0]
    wrong = wrong.replace(stated, length.encode(), 1)
    data = conversion(0) + wrong + conversion(2) + conversion(3)
    found = read(tmp_path, data, "a.warc")
    assert any(record.error for record in found)
    urls = [record.url for record in found if record.error is None]
    assert {"https://a/0", "https://a/2", "https://a/3"} <= set(urls)


def test_every_shared_archive_is_read_as_fastwarc_reads_it_or_refused(shared_data: Path) -> None:
    from fastwarc.warc import ArchiveIterator

    files = sorted((shared_data / "warc" / "warcio").iterdir())
    assert files
    for file in files:
        found = list(read_records(file, file.name))
        counted = 0
        with file.open("rb") as stream:
            try:
                for _ in ArchiveIterator(stream, parse_http=False):
                    counted += 1
            except OSError:
                assert any(record.error for record in found), file.name
        errors = sum(record.error is not None for record in found)
        if errors:
            assert counted <= len(found) - errors + 1, file.name
        else:
            assert counted == len(found), file.name
        if ".arc" in file.name:
            assert "an ARC file" in (found[0].error or "")


@given(st.binary(max_size=400), st.integers(0, 2000), st.sampled_from(sorted(PACKINGS)))
def test_any_bytes_within_an_archive_end(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int, packing: str
) -> None:
    data = b"".join(PACKINGS[packing](conversion(number)) for number in range(2))
    folder = tmp_path_factory.mktemp("warc")
    found = read(folder, data[:place] + noise + data[place:], "a.warc")
    assert [record.offset for record in found] == list(range(len(found)))
