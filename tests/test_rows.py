"""What is on disk of a crawl is found again, whatever was added, changed or removed since."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chaffinch.detector.audit.crawl import Crawl, CrawlFile, CrawlFiles
from chaffinch.detector.audit.rows import finished

files = st.builds(CrawlFile, st.sampled_from(["a", "b", "b/c", "é", "z"]), st.just(1), st.just(1))
states = files.flatmap(lambda file: st.integers(1, 2).map(lambda size: file._replace(size=size)))


def distinct(state: st.SearchStrategy[CrawlFile]) -> st.SearchStrategy[list[CrawlFile]]:
    return st.lists(state, unique_by=lambda file: file.path)


@given(distinct(states), st.lists(distinct(states), max_size=4))
def test_a_file_is_finished_where_the_first_unit_holds_it_in_its_present_state(
    tmp_path_factory: pytest.TempPathFactory,
    crawl: list[CrawlFile],
    units: list[list[CrawlFile]],
) -> None:
    work = tmp_path_factory.mktemp("work")
    units = [sorted(unit) for unit in units if unit]
    for number, unit in enumerate(units):
        stated = {"rows": 1, "skipped": {}, "files": unit, "last": True}
        (work / f"{number:04d}-000000.json").write_text(json.dumps(stated))
    found = finished(work, Crawl("", CrawlFiles(crawl), 0))
    assert found.unit_of.tolist() == [
        next((number for number, unit in enumerate(units) if file in unit), -1)
        for file in sorted(crawl)
    ]
    assert found.sizes.tolist() == [len(unit) for unit in units]
