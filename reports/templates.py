"""Jinja templates, and the style sheets and scripts beside them."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from chaffinch.features.wording import counted, one_line, percent


class Asset(NamedTuple):
    """A style sheet or script, and its hash for the content-security policy."""

    content: Markup
    hash: str


@cache
def environment(folder: Path) -> Environment:
    """The templates of a folder; everything that they fill in is escaped."""
    found = Environment(loader=FileSystemLoader(folder), autoescape=True)
    found.filters |= {
        "anchor": anchor,
        "counted": counted,
        "one_line": one_line,
        "percent": percent,
        "site_anchor": site_anchor,
    }
    return found


def asset(file: Path) -> Asset:
    """Read a style sheet or script."""
    content = file.read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
    return Asset(Markup(content), f"sha256-{digest}")


def anchor(key: str) -> str:
    """Address of a document within its page."""
    return f"#doc={quote(key, safe='')}"


def site_anchor(host: str) -> str:
    """Address of what a page says of a site, within that page."""
    return f"#about={quote(host, safe='')}"
