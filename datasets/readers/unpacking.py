"""Compressed data as plain streams that tell an end from a cut and outlive damage."""

import io
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_INPUT = 4096
"""Bytes taken in at a time: even 32,000 times larger unpacked, they fit in memory."""

_START = 4096
"""Unpacked bytes that decide on a format; our choice."""

_PIECE = 1 << 20
_IN_MEMORY = 64_000_000
_MOST_ON_DISK = 16_000_000_000
"""Bytes that are copied at a time, kept in memory, and kept on disk at most. Our choice: the
largest archives of Common Crawl have 5 GB."""

_PROOF = 64
"""Bytes that must unpack before a magic number within damaged data counts as a start."""


class DamagedData(Exception):
    """Compressed data that is damaged or cut off; reading on goes on at the next member."""


DAMAGE = (DamagedData,)
"""What a reader of a stream expects."""


class _Member(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes | None: ...

    def decompress(self, data: bytes, /) -> bytes: ...


class Packing(NamedTuple):
    """A compression.

    Attributes:
        name: What it is called.
        magic: What its members begin with.
        member: Makes an object that unpacks one member.
        start: Unpacks the first bytes of a member, at most as many as its second argument says.
        start_bytes: Packed bytes from which the first unpacked ones are had.
        broken: The error of damaged data.
    """

    name: str
    magic: bytes
    member: Callable[[], _Member]
    start: Callable[[memoryview, int], bytes]
    start_bytes: int
    broken: Callable[[], type[Exception]]


def _gzip_member() -> _Member:
    return zlib.decompressobj(wbits=31)


def _zstandard_start(packed: memoryview, most: int) -> bytes:
    import zstandard

    return zstandard.ZstdDecompressor().stream_reader(packed).read(most)


def _zstandard_member() -> _Member:
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj()


def _zstandard_error() -> type[Exception]:
    import zstandard

    return zstandard.ZstdError


def _bzip2_member() -> _Member:
    import bz2

    return bz2.BZ2Decompressor()


def _xz_member() -> _Member:
    import lzma

    return lzma.LZMADecompressor()


def _xz_error() -> type[Exception]:
    import lzma

    return lzma.LZMAError


def _lz4_member() -> _Member:
    import lz4.frame

    member: _Member = lz4.frame.LZ4FrameDecompressor()  # pyright: ignore[reportAssignmentType]
    return member


def _start_of(member: Callable[[], Any]) -> Callable[[memoryview, int], bytes]:
    def start(packed: memoryview, most: int) -> bytes:
        unpacked: bytes = member().decompress(packed, most)
        return unpacked

    return start


GZIP = Packing(
    "gzip",
    b"\x1f\x8b\x08",
    _gzip_member,
    _start_of(_gzip_member),
    2 * _START,
    lambda: zlib.error,
)
ZSTANDARD = Packing(
    "Zstandard",
    b"\x28\xb5\x2f\xfd",
    _zstandard_member,
    _zstandard_start,
    140_000,  # A block, which is unpacked as a whole, holds 128 KB.
    _zstandard_error,
)
BZIP2 = Packing(
    "bzip2",
    b"BZh",
    _bzip2_member,
    _start_of(_bzip2_member),
    1_000_000,  # A block holds 900 KB.
    lambda: OSError,
)
XZ = Packing(
    "xz",
    b"\xfd7zXZ\0",
    _xz_member,
    _start_of(_xz_member),
    70_000,  # A chunk of LZMA2 has 64 KB at most.
    _xz_error,
)
LZ4 = Packing(
    "LZ4",
    b"\x04\x22\x4d\x18",
    _lz4_member,
    _start_of(_lz4_member),
    4_300_000,  # A block holds 4 MB at most.
    lambda: RuntimeError,
)
PACKINGS = (GZIP, ZSTANDARD, BZIP2, XZ, LZ4)
PACKED_SUFFIXES = (".gz", ".zst", ".zstd", ".bz2", ".xz", ".lz4")
"""The compressions that can be read, and the endings of their files' names."""

START_BYTES = max(GZIP.start_bytes, ZSTANDARD.start_bytes)
"""Bytes of a member from which its first unpacked ones are had, for gzip and Zstandard."""


def packing_of(start: bytes) -> Packing | None:
    """The compression of data that begins like this, or None."""
    return next((one for one in PACKINGS if start.startswith(one.magic)), None)


def unpacked_start(packing: Packing, start: bytes | memoryview) -> bytes:
    """What the first bytes of a member unpack to, at most 4 KB; b"" where they do not.

    Args:
        packing: The compression.
        start: The first `Packing.start_bytes` of the member, or more; nothing of it is copied.
    """
    try:
        return packing.start(memoryview(start)[: packing.start_bytes], _START)
    except packing.broken():
        return b""


def sentence(name: str, damage: Exception) -> str:
    """What to tell a user about damaged data."""
    return f"{name}: {damage}. Fetch the file again; what could be read of it was."


def on_disk(stream: BinaryIO) -> BinaryIO:
    """A stream's bytes up to its end or its first damage, to be read from any place.

    Args:
        stream: The stream; closed.

    Raises:
        OSError: There is no room for it.
    """
    from tempfile import SpooledTemporaryFile

    # Removed when it is closed.
    kept = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    with stream, suppress(*DAMAGE):
        while kept.tell() < _MOST_ON_DISK and (piece := stream.read(_PIECE)):
            kept.write(piece)
    kept.seek(0)
    return cast(BinaryIO, kept)


class UnpackedStream(io.RawIOBase):
    """The unpacked bytes of one or more members (gzip) or frames (Zstandard).

    Args:
        packed: The compressed stream; closed with this one.
        packing: Its compression.

    Raises:
        DamagedData: On reading, once for each damaged place; the next read goes on at the
            next member that can be unpacked, or at the end.
    """

    def __init__(self, packed: BinaryIO, packing: Packing) -> None:
        self._packed = packed
        self._packing = packing
        self._broken = packing.broken()
        self._member: _Member | None = None
        self._input = b""
        self._output = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while not self._output and self._fill():
            pass
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._output))
        target[:size] = self._output[:size]
        self._output = self._output[size:]
        return size

    def packed_position(self) -> int:
        """Bytes of the compressed stream that were taken in."""
        return self._packed.tell()

    def close(self) -> None:
        self._packed.close()
        super().close()

    def _fill(self) -> bool:
        """Unpack a piece of the input; False at its end."""
        self._input = self._input or self._packed.read(_INPUT)
        place = self._packed.tell() - len(self._input)
        if not self._input:
            if self._member is not None:
                self._member = None
                raise DamagedData(f"the {self._packing.name} data is cut off after {place:,} bytes")
            return False
        if self._member is None:
            # Tapes and some archivers pad what they write with zeros.
            self._input = self._input.lstrip(b"\0")
            if not self._input:
                return True
            self._member = self._packing.member()
        try:
            self._output = memoryview(self._member.decompress(self._input))
        except self._broken as error:
            self._member = None
            self._find_next_member()
            raise DamagedData(
                f"the {self._packing.name} data is damaged after {place:,} bytes ({error})"
            ) from error
        self._input = b""
        if self._member.eof:
            self._input = bytes(self._member.unused_data or b"")
            self._member = None
        return True

    def _find_next_member(self) -> None:
        """Drop input up to the next magic number from which something unpacks."""
        magic = self._packing.magic
        searched, place, ended = self._input, 1, False
        while True:
            found = searched.find(magic, place)
            if found < 0:
                more = self._packed.read(_INPUT)
                if not more:
                    self._input = b""
                    return
                searched, place = searched[max(place, len(searched) + 1 - len(magic)) :] + more, 0
            elif not ended and len(searched) - found < self._packing.start_bytes:
                more = self._packed.read(self._packing.start_bytes)
                searched, place, ended = searched[found:] + more, 0, not more
            elif len(unpacked_start(self._packing, memoryview(searched)[found:])) >= _PROOF:
                self._input = searched[found:]
                return
            else:
                place = found + 1
