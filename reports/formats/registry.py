"""Every output format; a new one is a file beside this one and a line in `FORMATS`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from chaffinch.reports.formats import csv, domains, html, json, jsonl, md, sarif, text
from chaffinch.reports.results import Result

if TYPE_CHECKING:
    from chaffinch.detector.audit.comparison import Change
    from chaffinch.detector.audit.copies.text_comparison import TextComparison
    from chaffinch.detector.evaluation.evaluation import Evaluation
    from chaffinch.reports.audit.data import AuditData

# What renders the seven things that `Format` names.
Results = Callable[[Iterable[Result], bool], Iterator[str]]
Documents = Callable[["AuditData"], Iterator[str]]
Summary = Callable[[Mapping[str, Any]], Iterator[str]]
Comparison = Callable[[Iterable["Change"]], Iterator[str]]
Texts = Callable[["TextComparison", str, str], Iterator[str]]
Figures = Callable[["Evaluation"], Iterator[str]]
Sites = Callable[[Iterable[Mapping[str, Any]], float], Iterator[str]]


class Format(NamedTuple):
    """What a format can render, each piece by piece; None for what it cannot.

    Attributes:
        results: Results of ``chaffinch score``, and whether to add their texts.
        documents: All documents of an audit, for ``chaffinch audit``.
        summary: A summary (`chaffinch.reports.audit.summary`), for ``chaffinch report``.
        comparison: What changed between two audits, for ``chaffinch changes``.
        texts: A page beside its probable source, and how both are called, for ``chaffinch
            compare``.
        evaluation: Figures on labelled texts and the misjudged ones, for ``chaffinch evaluate``.
        sites: Rows of ``sites.parquet`` that reach a threshold, for ``chaffinch sites``.
    """

    results: Results | None = None
    documents: Documents | None = None
    summary: Summary | None = None
    comparison: Comparison | None = None
    texts: Texts | None = None
    evaluation: Figures | None = None
    sites: Sites | None = None


FORMATS = {
    "text": Format(
        results=text.results,
        comparison=text.comparison,
        texts=text.texts,
        evaluation=text.evaluation,
        sites=text.sites,
    ),
    "json": Format(results=json.results, summary=json.summary, evaluation=json.evaluation),
    "jsonl": Format(
        results=jsonl.results,
        documents=jsonl.documents,
        comparison=jsonl.comparison,
        texts=jsonl.texts,
        sites=jsonl.sites,
    ),
    "csv": Format(
        results=csv.results,
        documents=csv.documents,
        summary=csv.summary,
        comparison=csv.comparison,
        evaluation=csv.evaluation,
        sites=csv.sites,
    ),
    "html": Format(results=html.results, evaluation=html.evaluation),
    "md": Format(summary=md.summary, evaluation=md.evaluation),
    "sarif": Format(results=sarif.results),
    "domains": Format(sites=domains.sites),
}
"""The formats by the names that ``--format`` takes; the first one is the default."""

RESULTS = {name: it.results for name, it in FORMATS.items() if it.results is not None}
"""Formats of ``chaffinch score``."""

DOCUMENTS = {name: it.documents for name, it in FORMATS.items() if it.documents is not None}
"""Formats of ``chaffinch audit``."""

SUMMARIES = {name: it.summary for name, it in FORMATS.items() if it.summary is not None}
"""Formats of ``chaffinch report``, beside the report itself."""

COMPARISONS = {name: it.comparison for name, it in FORMATS.items() if it.comparison is not None}
"""Formats of ``chaffinch changes``."""

TEXTS = {name: it.texts for name, it in FORMATS.items() if it.texts is not None}
"""Formats of ``chaffinch compare``."""

EVALUATIONS = {name: it.evaluation for name, it in FORMATS.items() if it.evaluation is not None}
"""Formats of ``chaffinch evaluate``."""

SITES = {name: it.sites for name, it in FORMATS.items() if it.sites is not None}
"""Formats of ``chaffinch sites``."""
