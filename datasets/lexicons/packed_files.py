"""Text out of the compressed files that resources are kept in."""

import io
import tarfile
from pathlib import Path

import zstandard


def read_text(file: Path) -> str:
    """A text file in UTF-8, unpacked where its name ends in ``.zst``; bad bytes become U+FFFD.

    Raises:
        OSError: The file cannot be read.
    """
    data = _unpacked(file) if file.suffix == ".zst" else file.read_bytes()
    return data.decode("utf-8", "replace")


def read_members(archive: Path) -> dict[str, str]:
    """The files of a ``.tar.zst`` archive by their bare names, in Latin-1.

    Raises:
        OSError: The archive cannot be read.
        tarfile.TarError: It is damaged.
    """
    with tarfile.open(fileobj=io.BytesIO(_unpacked(archive))) as tar:
        files = {}
        for member in tar.getmembers():
            stream = tar.extractfile(member) if member.isfile() else None
            if stream:
                files[Path(member.name).name] = stream.read().decode("latin-1")
        return files


def _unpacked(file: Path) -> bytes:
    stream = io.BytesIO(file.read_bytes())
    return zstandard.ZstdDecompressor().stream_reader(stream).read()
