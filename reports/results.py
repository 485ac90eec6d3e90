"""One judged input, as every output format of ``chaffinch score`` takes it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from chaffinch.detector.verdict import Verdict

_NOT_JUDGED: dict[str, Any] = {
    "id": "",
    "title": "",
    "extraction": None,
    "kind": None,
    "flagged": False,
    "probability": None,
    "threshold": None,
    "intercept": None,
    "readers": None,
    "reasons": [],
    "evidence": [],
    "features": {},
    "unscorable": None,
}
"""What `Verdict.as_dict` would hold of an input that could not be read."""


class Result(NamedTuple):
    """A verdict, or the reason why there is none.

    Attributes:
        path: The input's path as given, what is no UTF-8 in it escaped.
        id: The record's id.
        threshold: Probability from which documents are flagged.
        verdict: The judgement, or None.
        error: Why the input could not be read, or None.
        model: Name of the model and the start of its digest, or "".
        kept: Values of the user's own columns; None where none were to be kept.
    """

    path: str
    id: str
    threshold: float
    verdict: Verdict | None
    error: str | None
    model: str = ""
    kept: Mapping[str, Any] | None = None

    def as_dict(self, with_text: bool = False) -> dict[str, Any]:
        """The result as a JSON-ready mapping.

        Args:
            with_text: Add ``text_scored``, the text that evidence offsets count in.
        """
        verdict = self.verdict
        judged = _NOT_JUDGED if verdict is None else verdict.as_dict()
        row = {
            "path": self.path,
            **judged,
            "id": self.id,
            "threshold": self.threshold,
            "error": self.error,
        }
        if self.kept is not None:
            row["kept"] = dict(self.kept)
        if with_text:
            row["text_scored"] = verdict.document.text if verdict else None
        return row
