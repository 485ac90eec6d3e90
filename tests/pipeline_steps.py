"""Steps around the one under test in a datatrove pipeline, for processes to import."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from datatrove.data import Document

from chaffinch.datasets.intake import read_records


def read_crawl(
    crawl: Path, data: Iterable[Document] | None, rank: int = 0, world_size: int = 1
) -> Iterator[Document]:
    """Records of a crawl's files as datatrove's own readers give them: text or markup."""
    for path in sorted(path for path in crawl.rglob("*") if path.is_file())[rank::world_size]:
        name = path.relative_to(crawl).as_posix()
        for record in read_records(path, name):
            content = record.content
            text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
            if text and not record.skipped:
                metadata = {"url": record.url, "title": record.title, "place": record.place}
                yield Document(text, record.id, metadata=metadata)


def write_lines(
    folder: Path, data: Iterable[Document], rank: int = 0, world_size: int = 1
) -> Iterator[Document]:
    """Each document as a line of JSON."""
    with (folder / f"{rank}.jsonl").open("w") as stream:
        for document in data:
            stream.write(f"{json.dumps({'text': document.text, **document.metadata})}\n")
            yield document
