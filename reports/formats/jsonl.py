"""JSON Lines: one object on each line."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from chaffinch.reports.audit.sites import site_lines
from chaffinch.reports.formats.json import json_text
from chaffinch.reports.results import Result

if TYPE_CHECKING:
    from chaffinch.detector.audit.comparison import Change
    from chaffinch.detector.audit.copies.text_comparison import TextComparison
    from chaffinch.reports.audit.data import AuditData


def results(judged: Iterable[Result], with_text: bool) -> Iterator[str]:
    """One line for each result, as soon as it is there."""
    for result in judged:
        yield f"{json_text(result.as_dict(with_text))}\n"


def documents(audit: "AuditData") -> Iterator[str]:
    """One line for each document of an audit, without its text."""
    for row in audit.documents():
        kept = row["kept"]
        yield f"{json_text({**row, 'kept': None if kept is None else json.loads(kept)})}\n"


def comparison(differences: Iterable["Change"]) -> Iterator[str]:
    """One line for each site or page that changed."""
    for difference in differences:
        yield f"{json_text(difference._asdict())}\n"


def texts(compared: "TextComparison", page: str, source: str) -> Iterator[str]:
    """One line for a page beside its probable source."""
    row = compared._asdict()
    row["passages"] = [passage._asdict() for passage in compared.passages]
    row["replaced"] = [span._asdict() for span in compared.replaced]
    yield f"{json_text({'page': page, 'source': source, **row})}\n"


def sites(found: Iterable[Mapping[str, Any]], threshold: float) -> Iterator[str]:
    """One line for each site that reaches a threshold."""
    for line in site_lines(found, threshold):
        yield f"{json_text(line._asdict())}\n"
