"""Whether Spark can be run on this machine."""

import os
import shutil
from importlib.util import find_spec

import pytest

needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None or not (shutil.which("java") or "JAVA_HOME" in os.environ),
    reason="needs pyspark and Java",
)
"""Mark of tests that start Spark."""
