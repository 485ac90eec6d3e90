"""Chaffinch: a detector of content-farm and scraped-republication pages.

The names below are all that most programs need. They are loaded when asked for, so that importing
the package costs nothing.

Example:
    >>> from chaffinch import Detector
    >>> Detector.load().score("Too short.").kind
    'unscorable'
"""

from importlib import import_module
from typing import TYPE_CHECKING

__all__ = ["Detector", "Document", "Verdict", "__version__", "scan"]

if TYPE_CHECKING:
    from chaffinch.detector.audit.scan import scan
    from chaffinch.detector.detector import Detector
    from chaffinch.detector.verdict import Verdict
    from chaffinch.features.document import Document

    __version__: str
else:
    # Type checkers would take a name that is not there for one of any type.
    _MODULE_OF = {
        "Detector": "chaffinch.detector.detector",
        "Document": "chaffinch.features.document",
        "Verdict": "chaffinch.detector.verdict",
        "scan": "chaffinch.detector.audit.scan",
    }

    def __getattr__(name: str) -> object:
        if name == "__version__":
            # It imports mail and archives, which scoring a text does not need.
            from importlib.metadata import version

            return version("chaffinch")
        if name in _MODULE_OF:
            return getattr(import_module(_MODULE_OF[name]), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
