"""What an audit can run on; a new engine is a file here and a line in `ENGINES`."""

from collections.abc import Callable, Iterator, Sequence

from chaffinch.detector.audit.engines import local
from chaffinch.detector.audit.scoring import Counts, Unit

Engine = Callable[[Sequence[Unit], int], Iterator[Counts]]

ENGINES: dict[str, Engine] = {"local": local.run}
