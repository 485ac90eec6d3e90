"""``python -m chaffinch.detector.training.residue DATA``: weigh residue by counts on honest texts.

Reads every corpus of DATA, of its folder ``honest`` and the pages of its folder ``html``, and
writes the counts and the weights into ``phrases.json``. The same folder gives the same file.
"""

import json
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import click
import zstandard

from chaffinch.datasets.extraction.documents import UnreadableRecord, document_from_record
from chaffinch.datasets.intake import Item
from chaffinch.datasets.records import Record
from chaffinch.detector.training.corpora import CorpusError, corpus_files, read_corpus
from chaffinch.features.document import Document
from chaffinch.features.hosts import owner_of
from chaffinch.features.signals.counters import counter_lines
from chaffinch.features.signals.residue import residue_lines
from chaffinch.features.text.phrases import PHRASE_FILE, Counted, KindOfLine, read_phrases
from chaffinch.features.text.tokens import TokenBlock
from chaffinch.features.text.vocabulary import Vocabulary

HONEST, PAGES = "honest", "html"
"""Folders of a data folder with more corpora and with archives of pages."""

_AT_ONCE = 256
"""Texts of one block; our choice."""


def honest_documents(data: Path) -> Iterator[Document]:
    """Every honest text and page of a data folder.

    A page has the address that it is known by or states: these pages are of honest publishers, and
    say the truth.

    Raises:
        CorpusError: A file cannot be read.
        UnreadableRecord: A page cannot be read.
    """
    for folder in (data, data / HONEST):
        for file in corpus_files(folder) if folder.is_dir() else ():
            for text in read_corpus(file):
                yield Document(text.text)
    for archive in sorted((data / PAGES).glob("*.tar.zst")):
        for record in _archived(archive):
            document = document_from_record(record)
            if document.no_page is None:
                address = Item(record, document, None).address
                yield Document(document.text, url=address, metadata=document.metadata)


def _archived(archive: Path) -> Iterator[Record]:
    unpacked = zstandard.ZstdDecompressor().stream_reader(archive.open("rb"))
    with unpacked, tarfile.open(fileobj=unpacked, mode="r|") as members:
        for member in members:
            if member.name.endswith((".html", ".htm")) and (page := members.extractfile(member)):
                yield Record(member.name, 0, page.read(), "text/html")


def count_lines(documents: Iterable[Document]) -> tuple[Counted, Counter[str]]:
    """How many texts there are, and in how many each phrase and kind of counter stands.

    A phrase that has a home is counted away from it.
    """
    texts = addressed = 0
    found: Counter[str] = Counter()
    nothing = Vocabulary.from_words([])
    waiting = iter(documents)
    while chunk := list(islice(waiting, _AT_ONCE)):
        texts += len(chunk)
        addressed += sum(bool(owner_of(document.site)) for document in chunk)
        block = TokenBlock.from_documents(chunk, nothing)
        lines = {
            (line.doc, line.phrase.phrase)
            for line in residue_lines(block)
            if line.away or (line.away is None and not line.phrase.needs_address)
        }
        lines |= {(line.doc, line.kind) for line in counter_lines(block)}
        found.update(what for _, what in lines)
    return Counted(texts, addressed), found


def weighed(data: dict[str, Any], counted: Counted, found: Counter[str]) -> dict[str, Any]:
    """The contents of the phrase file with counts and the weights that follow from them."""
    kinds = {name: KindOfLine(**kind) for name, kind in data["kinds"].items()}
    rows = []
    for row, phrase in zip(data["phrases"], read_phrases(data["phrases"]), strict=True):
        honest = found[phrase.phrase]
        weight = kinds[phrase.kind].weight(honest, counted.texts_for(phrase))
        rows.append({**row, "honest": honest, "weight": weight})
    counters = []
    for row in data["counter_lines"]:
        honest = found[row["counter"]]
        weight = kinds[row["counter"]].weight(honest, counted.texts)
        counters.append({**row, "honest": honest, "weight": weight})
    return {**data, "counted": counted._asdict(), "counter_lines": counters, "phrases": rows}


def written(data: dict[str, Any]) -> str:
    """The phrase file: one line for each kind, counter and phrase."""

    def line(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    parts = []
    for name, value in data.items():
        if isinstance(value, list):
            shown = "[\n  " + ",\n  ".join(map(line, value)) + "\n ]"
        elif name == "kinds":
            rows = (f"{line(kind)}: {line(facts)}" for kind, facts in value.items())
            shown = "{\n  " + ",\n  ".join(rows) + "\n }"
        else:
            shown = line(value)
        parts.append(f" {line(name)}: {shown}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


@click.command()
@click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=PHRASE_FILE,
    help="File to write; by default the list that ships with the package.",
)
def main(data: Path, output: Path) -> None:
    """Count the lines of phrases.json on the honest texts of DATA, and write their weights.

    \b
    Example:
      python -m chaffinch.detector.training.residue data/
    """
    listed = json.loads(PHRASE_FILE.read_text("utf-8"))
    try:
        counted, found = count_lines(honest_documents(data))
    except (CorpusError, UnreadableRecord) as error:
        raise click.ClickException(str(error)) from None
    output.write_text(written(weighed(listed, counted, found)), "utf-8")
    click.echo(
        f"{output}: {len(found)} of {len(listed['phrases'])} phrases and counters stand in "
        f"{counted.texts:,} honest texts, {counted.addressed:,} with a known address"
    )


if __name__ == "__main__":
    main()
