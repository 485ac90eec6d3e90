"""Streams in UTF-16 and UTF-32 as UTF-8, which readers of text take."""

import codecs
import io
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_CHUNK = 1 << 16
"""Bytes read at a time; our choice."""


class Transcoded(io.RawIOBase):
    """A stream of bytes in another encoding as one in UTF-8, broken characters replaced.

    Args:
        stream: The stream.
        encoding: Its codec, such as ``utf-16-le``.
    """

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._output = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        while not self._output:
            piece = self._stream.read(_CHUNK)
            text = self._decoder.decode(piece, final=not piece)
            self._output = memoryview(text.encode("utf-8", "replace"))
            if not piece:
                break
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._output))
        target[:size] = self._output[:size]
        self._output = self._output[size:]
        return size

    def close(self) -> None:
        self._stream.close()
        super().close()
