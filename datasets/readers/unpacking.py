"""Gzip and Zstandard data as plain streams that tell an end from a cut and outlive damage."""

import io
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_INPUT = 4096
"""Bytes taken in at a time: even 32,000 times larger unpacked, they fit in memory."""

_START = 2048

_PROOF = 64
"""Bytes that must unpack before a magic number within damaged data counts as a start."""


class DamagedData(Exception):
    """Compressed data that is damaged or cut off; reading on goes on at the next member."""


DAMAGE = (DamagedData,)


class _Member(Protocol):
    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

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


def _gzip_start(packed: memoryview, most: int) -> bytes:
    return zlib.decompressobj(wbits=31).decompress(packed, most)


def _zstandard_start(packed: memoryview, most: int) -> bytes:
    import zstandard

    return zstandard.ZstdDecompressor().stream_reader(packed).read(most)


def _zstandard_member() -> _Member:
    import zstandard

    return zstandard.ZstdDecompressor().decompressobj()


def _zstandard_error() -> type[Exception]:
    import zstandard

    return zstandard.ZstdError


GZIP = Packing("gzip", b"\x1f\x8b\x08", _gzip_member, _gzip_start, 2 * _START, lambda: zlib.error)
ZSTANDARD = Packing(
    "Zstandard",
    b"\x28\xb5\x2f\xfd",
    _zstandard_member,
    _zstandard_start,
    140_000,  # A block, which is unpacked as a whole, holds 128 KB.
    _zstandard_error,
)
START_BYTES = max(GZIP.start_bytes, ZSTANDARD.start_bytes)
"""Bytes of a member from which its first unpacked ones are had, whatever its compression."""


def packing_of(start: bytes) -> Packing | None:
    """The compression of data that begins like this, or None."""
    return next((one for one in (GZIP, ZSTANDARD) if start.startswith(one.magic)), None)


def unpacked_start(packing: Packing, start: bytes | memoryview) -> bytes:
    """What the first bytes of a member unpack to, at most 2 KB; b"" where they do not.

    Args:
        packing: The compression.
        start: The first `START_BYTES` of the member, or more; nothing of it is copied.
    """
    try:
        return packing.start(memoryview(start)[: packing.start_bytes], _START)
    except packing.broken():
        return b""


def sentence(name: str, damage: Exception) -> str:
    """What to tell a user about damaged data."""
    return f"{name}: {damage}. Fetch the file again; what could be read of it was."


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
            self._input = self._member.unused_data
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
            elif not ended and len(searched) - found < START_BYTES:
                more = self._packed.read(START_BYTES)
                searched, place, ended = searched[found:] + more, 0, not more
            elif len(unpacked_start(self._packing, memoryview(searched)[found:])) >= _PROOF:
                self._input = searched[found:]
                return
            else:
                place = found + 1
