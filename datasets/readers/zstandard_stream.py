"""Zstandard data as a stream that tells an end from a cut."""

import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_INPUT = 4096
"""Bytes taken in at a time: even 32,000 times larger unpacked, they fit in memory."""


class ZstandardStream(io.RawIOBase):
    """The unpacked bytes of one or more frames.

    zstandard's own stream reader ends quietly where its input is cut off.

    Args:
        packed: The compressed stream; closed with this one.

    Raises:
        EOFError: On reading, when the input ends within a frame.
        zstandard.ZstdError: On reading, when the input is damaged or no Zstandard data.
    """

    def __init__(self, packed: BinaryIO) -> None:
        import zstandard

        self._decompressor = zstandard.ZstdDecompressor()
        self._packed = packed
        self._frame: zstandard.ZstdDecompressionObj | None = None
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

    def close(self) -> None:
        self._packed.close()
        super().close()

    def _fill(self) -> bool:
        """Unpack a piece of the input; False at its end."""
        self._input = self._input or self._packed.read(_INPUT)
        if not self._input:
            if self._frame is not None:
                raise EOFError("it ends within a frame")
            return False
        self._frame = self._frame or self._decompressor.decompressobj()
        self._output = memoryview(self._frame.decompress(self._input))
        self._input = b""
        if self._frame.eof:
            self._input = self._frame.unused_data
            self._frame = None
        return True
