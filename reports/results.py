"""One judged input, as every output format of ``chaffinch score`` takes it."""

from typing import Any, NamedTuple

from chaffinch.detector.verdict import Verdict


class Result(NamedTuple):
    """A verdict, or the reason why there is none.

    Attributes:
        path: The input's path as given, what is no UTF-8 in it escaped.
        id: The record's id.
        threshold: Probability from which documents are flagged.
        verdict: The judgement, or None.
        error: Why the input could not be read, or None.
        model: Name of the model and the start of its digest, or "".
    """

    path: str
    id: str
    threshold: float
    verdict: Verdict | None
    error: str | None
    model: str = ""

    def as_dict(self, with_text: bool = False) -> dict[str, Any]:
        """The result as a JSON-ready mapping.

        Args:
            with_text: Add ``text_scored``, the text that evidence offsets count in.
        """
        verdict = self.verdict
        row = {
            "path": self.path,
            "id": self.id,
            "title": verdict.document.title if verdict else "",
            "kind": verdict.kind if verdict else None,
            "flagged": bool(verdict and verdict.flagged),
            "probability": verdict.probability if verdict else None,
            "threshold": self.threshold,
            "intercept": verdict.intercept if verdict else None,
            "reasons": [reason.as_dict() for reason in verdict.reasons] if verdict else [],
            "evidence": [item.as_dict() for item in verdict.evidence] if verdict else [],
            "features": verdict.features if verdict else {},
            "unscorable": verdict.unscorable if verdict else None,
            "error": self.error,
        }
        if with_text:
            row["text_scored"] = verdict.document.text if verdict else None
        return row
