"""The simulated spinner families: a new one is a file of its own and one line here."""

from collections.abc import Mapping
from importlib import import_module

from chaffinch.datasets.spinners.family import Family

_FILES = (
    "dictionary_blind",
    "thesaurus",
    "phrase_table",
    "every_nth_word",
    "spintax",
    "damage",
    "tortured",
    "neighbour",
    "randomised",
)
"""Files with ``FAMILIES``, a mapping of names to families; the order is that of training."""


def _families() -> dict[str, Family]:
    """The families of all files.

    Raises:
        ValueError: Two of them have the same name.
    """
    found: dict[str, Family] = {}
    for file in _FILES:
        own: Mapping[str, Family] = import_module(f"chaffinch.datasets.spinners.{file}").FAMILIES
        if found.keys() & own.keys():
            raise ValueError(f"datasets/spinners/{file}.py repeats the name of a family.")
        found.update(own)
    return found


FAMILIES: Mapping[str, Family] = _families()
"""Families by name."""
