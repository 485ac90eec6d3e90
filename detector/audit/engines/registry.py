"""The engines that an audit can run on; a new one is a file here and a line in `ENGINES`."""

from collections.abc import Callable

from chaffinch.detector.audit.engines.engine import Engine
from chaffinch.detector.audit.engines.local import LocalEngine
from chaffinch.detector.audit.engines.ray import RayEngine
from chaffinch.detector.audit.engines.spark import SparkEngine
from chaffinch.detector.audit.task import Limits

ENGINES: dict[str, Callable[[int | None, Limits], Engine]] = {
    "local": LocalEngine,
    "ray": RayEngine,
    "spark": SparkEngine,
}
"""Engines by name. Each takes the number of processes, or None for as many as there are cores,
and the limits."""
