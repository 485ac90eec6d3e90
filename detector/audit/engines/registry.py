"""What an audit can run on; a new engine is a file here and a line in `ENGINES`."""

from collections.abc import Callable, Iterable, Iterator

from chaffinch.detector.audit.engines import local
from chaffinch.detector.audit.task import Counts, Limits, Task

Engine = Callable[[Iterable[Task], int, Limits], Iterator[Counts]]

ENGINES: dict[str, Engine] = {"local": local.run}
