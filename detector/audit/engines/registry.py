"""What an audit can run on; a new engine is a file here and a line in `ENGINES`."""

from collections.abc import Callable

from chaffinch.detector.audit.engines.engine import Engine
from chaffinch.detector.audit.engines.local import LocalEngine
from chaffinch.detector.audit.engines.ray import RayEngine
from chaffinch.detector.audit.task import Limits

ENGINES: dict[str, Callable[[int | None, Limits], Engine]] = {
    "local": LocalEngine,
    "ray": RayEngine,
}
"""Engines by name, started with the number of processes, or None for all there are."""
