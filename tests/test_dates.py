"""Dates as pages state them, and as ISO 8601 in UTC."""

import pytest

from chaffinch.features.dates import iso_date, moment_of, read_date, written_dates

READ = {
    # ISO 8601, and near it
    "2024-05-02": "2024-05-02",
    "2024-05-02T08:00:00Z": "2024-05-02T08:00:00Z",
    "2024-05-02T08:00:00.123456789+02:00": "2024-05-02T06:00:00Z",
    "2024-05-02T22:30:00-0700": "2024-05-03T05:30:00Z",
    "2024-05-02 08:00:00 +0000": "2024-05-02T08:00:00Z",
    "2024-05-02T08:00": "2024-05-02T08:00:00Z",
    "2024/05/02": "2024-05-02",
    "2024/5/2 9:05": "2024-05-02T09:05:00Z",
    "20240502": "2024-05-02",
    "20240502T080000Z": "2024-05-02T08:00:00Z",
    "20240502080000": "2024-05-02T08:00:00Z",
    "1851-09-18": "1851-09-18",
    # since 1970
    "1714636800": "2024-05-02T08:00:00Z",
    "1714636800.25": "2024-05-02T08:00:00Z",
    "1714636800000": "2024-05-02T08:00:00Z",
    # RFC 2822, and what programs print
    "Thu, 02 May 2024 08:00:00 GMT": "2024-05-02T08:00:00Z",
    "Thu, 2 May 2024 23:30:00 -0500": "2024-05-03T04:30:00Z",
    "Thu May 02 2024 08:00:00 GMT+0200 (CEST)": "2024-05-02T06:00:00Z",
    "Thu May  2 08:00:00 UTC 2024": "2024-05-02T08:00:00Z",
    # in words
    "2 May 2024": "2024-05-02",
    "2nd May, 2024": "2024-05-02",
    "May 2, 2024": "2024-05-02",
    "Sept. 30, 2024": "2024-09-30",
    "02-May-2024": "2024-05-02",
    "2024 May 2": "2024-05-02",
    "Thursday, May 2nd, 2024, 8:15 p.m. EDT": "2024-05-03T00:15:00Z",
    "May 2, 2024 12:05 am": "2024-05-02T00:05:00Z",
    # in numbers that can be read in one way only
    "13/03/2024": "2024-03-13",
    "3/13/2024": "2024-03-13",
    "13.03.2024": "2024-03-13",
    "05/05/2024": "2024-05-05",
}
NOT_READ = [
    "", "soon", "5 months ago", "yesterday", "PT5M", "P2D", "May 2024", "2024-05", "2024",
    # Two days at least:
    "03/12/2024", "3.12.2024", "03-12-2024", "02/03/04", "20 May 24",
    # No day of the calendar:
    "2024-02-30", "2024-13-01", "31 April 2024", "0000-00-00",
    # What programs write where they know none, and numbers of other things:
    "1970-01-01T00:00:00Z", "0001-01-01T00:00:00", "1900-01-01", "0", "1", "12345678", "9999999999",
]  # fmt: skip


@pytest.mark.parametrize(("stated", "moment"), READ.items())
def test_a_date_is_read_to_the_second_in_utc(stated: str, moment: str) -> None:
    found = read_date(stated)
    assert found and found.text == moment


@pytest.mark.parametrize("stated", NOT_READ)
def test_what_is_no_date_or_in_doubt_is_not_read(stated: str) -> None:
    assert read_date(stated) is None
    assert iso_date(stated) is None


def test_numbers_are_read_as_their_digits_are() -> None:
    assert iso_date(1714636800) == iso_date(1714636800.0) == "2024-05-02T08:00:00Z"
    assert iso_date(True) is iso_date(None) is iso_date(float("nan")) is None


@pytest.mark.parametrize("stated", ["2024-05-02", "2024-05-02T08:00:00-07:00", "2024-05-02 08:00"])
def test_iso_dates_stay_as_they_were_written(stated: str) -> None:
    assert iso_date(f" {stated} ") == stated


def test_a_day_alone_stands_for_its_noon() -> None:
    stated = ["2024-05-02T11:59:59Z", "2024-05-02", "2024-05-02T05:01:00-07:00", "2024-05-03"]
    assert sorted(stated, key=moment_of) == stated
    with pytest.raises(ValueError, match="must be a date"):
        moment_of("soon")


def test_dates_are_found_in_a_line_where_they_stand() -> None:
    line = "2 May 2024 | Updated June 3rd, 2024 | 2024-02-30"
    assert [(line[start:end], day.isoformat()) for start, end, day in written_dates(line)] == [
        ("2 May 2024", "2024-05-02"),
        ("June 3rd, 2024", "2024-06-03"),
    ]
