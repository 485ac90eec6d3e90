"""Results as SARIF 2.1.0 (OASIS), for tools that show findings beside files."""

import inspect
import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from chaffinch.datasets.file_names import real_name
from chaffinch.features.wording import percent
from chaffinch.reports.formats.json import json_text
from chaffinch.reports.results import Result

if TYPE_CHECKING:
    from chaffinch.features.signal import Signal

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
"""Address of the JSON schema that the log names."""


def results(judged: Iterable[Result], with_text: bool) -> Iterator[str]:
    """One SARIF log: a result for each flagged document, a notification for each unreadable one."""
    # Imported here: no other format needs them, and they load some forty modules each.
    from importlib.metadata import version

    from chaffinch.features.registry import SIGNALS

    findings: list[dict[str, Any]] = []
    notifications: list[dict[str, Any]] = []
    for result in judged:
        if result.error is not None:
            message = {"text": result.error}
            notifications.append({"level": "error", "message": message, "locations": [_at(result)]})
        elif result.verdict and result.verdict.flagged:
            findings.append(_finding(result, with_text))
    driver = {
        "name": "chaffinch",
        "version": version("chaffinch"),
        "rules": [_rule(signal) for signal in SIGNALS],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not notifications,
                "toolExecutionNotifications": notifications,
            }
        ],
        "results": findings,
    }
    yield json_text({"version": "2.1.0", "$schema": _SCHEMA, "runs": [run]}, indent=1) + "\n"


def _rule(signal: "type[Signal]") -> dict[str, Any]:
    summary = (inspect.getdoc(signal) or "").split("\n", 1)[0]
    return {"id": signal.name, "shortDescription": {"text": summary}}


def _at(result: Result) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(os.fsencode(real_name(result.path)))}
        }
    }


def _finding(result: Result, with_text: bool) -> dict[str, Any]:
    verdict = result.verdict
    assert verdict is not None and verdict.probability is not None
    strongest = verdict.reasons[0]
    summary = "; ".join(reason.summary for reason in verdict.reasons[:3])
    properties: dict[str, Any] = {
        "probability": verdict.probability,
        "evidence": [item.as_dict() for item in verdict.evidence],
    }
    if with_text:
        properties["text_scored"] = verdict.document.text
    return {
        "ruleId": strongest.signal,
        "level": "warning",
        "message": {"text": f"{verdict.kind} ({percent(verdict.probability)}): {summary}"},
        "locations": [_at(result)],
        "properties": properties,
    }
