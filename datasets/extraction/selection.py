"""Elements of a page found by a selector."""

from typing import Any


def select(document: Any, selector: str, limit: int) -> list[Any]:
    """At most `limit` elements that a CSS selector finds, in the page's order.

    resiliparse runs the query anew for every step of an iteration, which takes seconds for a
    thousand elements; it runs once for a slice. Its first version cannot slice nothing. Its
    versions name the types of nodes differently, so none is named here.
    """
    found = document.query_selector_all(selector)
    return list(found[:limit]) if len(found) else []
