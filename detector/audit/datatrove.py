"""A step of a datatrove pipeline: the detector's verdict in each document's metadata.

    from chaffinch.detector.audit.datatrove import ChaffinchAnnotator

    pipeline = [
        JsonlReader("s3://bucket/texts"),
        ChaffinchAnnotator(),
        LambdaFilter(lambda document: not document.metadata["chaffinch_flagged"]),
        JsonlWriter("s3://bucket/kept"),
    ]

It runs on whatever executor the pipeline has. What needs the whole crawl (copies, sites) is left
to `chaffinch audit`.
"""

from collections.abc import Iterator, Sequence

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

from chaffinch.datasets.intake import item_of
from chaffinch.datasets.readers.tables import record_of_row
from chaffinch.datasets.records import Record
from chaffinch.detector.audit.schema import require_columns
from chaffinch.detector.audit.scoring import Settings, batches, detector_for, judged_rows

COLUMNS = (
    "status",
    "kind",
    "flagged",
    "probability",
    "threshold",
    "reasons",
    "evidence",
    "unscorable",
    "error",
)
"""Columns of an audit's rows that are added by default."""


class ChaffinchAnnotator(PipelineStep):  # type: ignore[misc]
    """Adds an audit's scoring columns to documents, and drops and changes none.

    A text that begins as a web page does is read as one, as datatrove's ``WarcReader`` gives
    them; any other is plain text. ``url``, ``title`` and ``published`` are taken from the
    metadata where they are there. A document that cannot be judged has the reason in ``error``.

    Args:
        columns: Which columns of an audit's rows to add; ``features``, ``intercept``, ``text``
            (in whose code points evidence is placed) and ``text_digest`` are others.
        prefix: Stands before a column's name in the metadata.
        model: Model folder, or None for the bundled one.
        threshold: Probability from which documents are flagged, or None for the model's.
        base_rate: Share of republications to assume, or None for the model's.

    Raises:
        ValueError: An audit's rows have no such column.
    """

    name = "Chaffinch"
    type = "ANNOTATOR"

    def __init__(
        self,
        columns: Sequence[str] = COLUMNS,
        prefix: str = "chaffinch_",
        model: str | None = None,
        threshold: float | None = None,
        base_rate: float | None = None,
    ) -> None:
        super().__init__()
        require_columns(columns)
        self.columns = tuple(columns)
        self.prefix = prefix
        self.settings = Settings(model, threshold, base_rate)

    def run(
        self,
        data: DocumentsPipeline,  # pyright: ignore[reportInvalidTypeForm]
        rank: int = 0,
        world_size: int = 1,
    ) -> Iterator[Document]:
        """Judge documents in batches, and pass all of them on in their order."""
        for batch in batches(data, lambda document: len(document.text)):
            with self.track_time("batch"):
                self._annotate(batch)
            yield from batch

    def _annotate(self, batch: Sequence[Document]) -> None:
        items = [item_of(_record(document)) for document in batch]
        rows = judged_rows(detector_for(self.settings), items)
        for document, row in zip(batch, rows, strict=True):
            for column in self.columns:
                document.metadata[self.prefix + column] = row.get(column)
            self.stat_update("total", row["status"])
            if row["flagged"]:
                self.stat_update("flagged", row["kind"])
            self.update_doc_stats(document)


def _record(document: Document) -> Record:
    path = str(document.metadata.get("file_path", document.id))
    row = {**document.metadata, "id": document.id, "text": document.text}
    return record_of_row(row, path, 0, f"document {document.id}")
