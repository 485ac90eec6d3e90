"""The HTML report of an audit: one file that loads nothing and runs only its own script."""

import base64
import hashlib
import json
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from chaffinch.features.registry import SIGNALS
from chaffinch.reports.charts import histogram

MAX_TEXTS = 1_000
"""Flagged documents whose text is inside the page, the strongest first."""

_STATIC_DOCUMENTS = 100
_STATIC_ROWS = 1_000
_TOP = 15
_SCRAPED = {
    signal.name for signal in SIGNALS if any(one.group == "scraped" for one in signal.features)
}


class ReportError(Exception):
    """A folder that no report can be made of; the message says why."""


def render(audit: Path, output: Path) -> None:
    """Write the report of an audit.

    Args:
        audit: Folder that ``chaffinch audit`` has finished.
        output: The HTML file to write.

    Raises:
        ReportError: `audit` is not the folder of a finished audit.
    """
    manifest = _manifest(audit)
    rows = list(_rows(audit))
    rows.sort(key=lambda row: (row["probability"] is None, -(row["probability"] or 0.0), row["id"]))
    flagged = [row for row in rows if row["flagged"]][:MAX_TEXTS]
    texts = _texts(audit, {(row["path"], row["offset"]) for row in flagged})
    documents = [_document(row, texts[row["path"], row["offset"]]) for row in flagged]
    style = _asset("report.css")
    script = _asset("report.js")
    environment = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
    environment.filters["percent"] = percent
    page = environment.get_template("report.html.j2").render(
        manifest=manifest,
        kinds=[
            (kind, sum(row["kind"] == kind for row in rows))
            for kind in ("spun", "scraped", "unscorable")
        ],
        histogram=histogram([row["probability"] for row in rows if row["probability"] is not None]),
        replaced=_replaced(documents),
        residue=_residue(documents),
        unreadable=Counter(_general(row) for row in rows if row["why"]).most_common(_TOP),
        sites=pq.read_table(audit / "sites.parquet").to_pylist(),
        rows=rows,
        static_rows=_STATIC_ROWS,
        strongest=[{**one, "pieces": list(_pieces(one))} for one in documents[:_STATIC_DOCUMENTS]],
        rows_json=_script_json([_table_row(row) for row in rows]),
        texts=_packed(documents),
        style=Markup(style),
        style_hash=_hash(style),
        script=Markup(script),
        script_hash=_hash(script),
    )
    output.write_text(page, "utf-8")


def percent(probability: float | None) -> str:
    """A probability for people: never 0 % or 100 %."""
    if probability is None:
        return ""
    if probability >= 0.999:
        return ">99.9 %"
    return "<0.1 %" if probability < 0.001 else f"{100 * probability:.1f} %"


def _manifest(audit: Path) -> dict[str, Any]:
    file = audit / "manifest.json"
    if not file.exists():
        raise ReportError(
            f"{audit} is not the folder of an audit. Make one: chaffinch audit CRAWL -o {audit}"
        )
    manifest: dict[str, Any] = json.loads(file.read_text("utf-8"))
    if not manifest.get("finished"):
        raise ReportError(f"The audit in {audit} is not finished. Run its command again.")
    return manifest


_LIGHT = ["id", "title", "site", "path", "offset", "kind", "flagged", "probability", "copied"]


def _rows(audit: Path) -> Iterator[dict[str, Any]]:
    for file in sorted((audit / "documents").glob("*.parquet")):
        table = pq.read_table(file, columns=[*_LIGHT, "unscorable", "error"])
        for row in table.to_pylist():
            row["why"] = row.pop("error") or row["unscorable"]
            yield row


def _table_row(row: dict[str, Any]) -> dict[str, Any]:
    names = ("id", "title", "site", "kind", "probability", "copied", "why")
    return {name: visible(row[name]) if name == "title" else row[name] for name in names}


def _general(row: dict[str, Any]) -> str:
    """A reason without its file's name and numbers, so that like ones count together."""
    if row["kind"] != "unscorable":
        return "could not be read"
    why = str(row["why"])
    return "too short" if why.startswith("The text has") else why.split(":")[0].split(" (")[0]


def _texts(audit: Path, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], dict[str, Any]]:
    columns = [
        "path",
        "offset",
        "text",
        "intercept",
        "reasons",
        "evidence",
        "source_id",
        "published",
    ]
    found = {}
    for file in sorted((audit / "documents").glob("*.parquet")):
        for batch in pq.ParquetFile(file).iter_batches(columns=columns, batch_size=512):
            keys = zip(batch["path"].to_pylist(), batch["offset"].to_pylist(), strict=True)
            for index, key in enumerate(keys):
                if key in wanted:
                    found[key] = batch.slice(index, 1).to_pylist()[0]
    return found


def _document(row: dict[str, Any], full: dict[str, Any]) -> dict[str, Any]:
    marks = []
    facts = []
    done = 0
    for item in full["evidence"]:
        if item["where"] != "text":
            facts.append(item["note"])
        elif item["start"] >= done and item["end"] > item["start"]:
            group = "scraped" if item["signal"] in _SCRAPED else "spun"
            mark = {name: item[name] for name in ("start", "end", "original", "signal")}
            # A label on every run of spaces would hide the words around it.
            note = "" if item["text"].isspace() else item["note"]
            marks.append({**mark, "group": group, "note": note})
            done = item["end"]
    return {
        "id": row["id"],
        "title": visible(row["title"] or ""),
        "site": row["site"],
        "kind": row["kind"],
        "probability": row["probability"],
        "intercept": full["intercept"],
        "reasons": full["reasons"],
        "facts": facts,
        "source": full["source_id"],
        "text": visible(full["text"]),
        "marks": marks,
    }


def visible(text: str) -> str:
    """Text of the same length in which no character turns the direction of writing or hides.

    Control and format characters other than line feeds become the replacement character, so
    that a hostile title cannot disguise what stands around it.
    """
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if character not in "\n\t" and unicodedata.category(character) in ("Cc", "Cf")
        else character
        for character in text
    )


def _pieces(one: dict[str, Any]) -> Iterator[dict[str, Any]]:
    done = 0
    for mark in one["marks"]:
        yield {"text": one["text"][done : mark["start"]], "mark": None}
        yield {"text": one["text"][mark["start"] : mark["end"]], "mark": mark}
        done = mark["end"]
    yield {"text": one["text"][done:], "mark": None}


def _replaced(documents: list[dict[str, Any]]) -> list[tuple[tuple[str, str], int]]:
    counts = Counter(
        (one["text"][mark["start"] : mark["end"]].lower(), mark["original"])
        for one in documents
        for mark in one["marks"]
        if mark["signal"] == "substitutions"
    )
    return counts.most_common(_TOP)


def _residue(documents: list[dict[str, Any]]) -> list[tuple[str, int]]:
    counts = Counter(
        one["text"][mark["start"] : mark["end"]][:80]
        for one in documents
        for mark in one["marks"]
        if mark["signal"] in ("residue", "counters")
    )
    return counts.most_common(_TOP)


def _packed(documents: list[dict[str, Any]]) -> str:
    data = json.dumps(documents, separators=(",", ":")).encode()
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(packer.compress(data) + packer.flush()).decode()


def _script_json(value: object) -> Markup:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _hash(content: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}"


def _asset(name: str) -> str:
    return (Path(__file__).parent / name).read_text("utf-8")
