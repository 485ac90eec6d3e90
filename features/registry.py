"""Every signal in order; a new one is a file in ``signals`` and a line here."""

from importlib import import_module

from chaffinch.features.signal import Feature, Finds, Role, Signal

_FILES = (
    "substitutions",
    "tortured",
    "fluency",
    "agreement",
    "spintax",
    "spacing",
    "residue",
    "counters",
    "provenance",
    "echo",
    "quotation",
    "casing",
    "slips",
    "obfuscation",
    "shape",
)
"""Names of the signals and of their files; the order is that of all features."""


def _signal_of_file(name: str) -> type[Signal]:
    """The one signal that a file defines.

    Raises:
        TypeError: The file does not define one signal with the file's name.
    """
    module = import_module(f"chaffinch.features.signals.{name}")
    found = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Signal)
        and value.__module__ == module.__name__
    ]
    if [signal.name for signal in found] != [name]:
        raise TypeError(f"features/signals/{name}.py must define one signal, named {name!r}.")
    return found[0]


SIGNALS: tuple[type[Signal], ...] = tuple(map(_signal_of_file, _FILES))
"""Every signal, in the order of `_FILES`."""

FEATURES: tuple[Feature, ...] = tuple(feature for signal in SIGNALS for feature in signal.features)
"""Every feature, in the order of a measurement's columns."""

FEATURE_NAMES: tuple[str, ...] = tuple(
    name for signal in SIGNALS for name in signal.feature_names()
)
"""Full names of all features, in the order of a measurement's columns."""


def columns_of(role: Role) -> list[int]:
    """Columns of the features with a role, rising."""
    return [column for column, feature in enumerate(FEATURES) if feature.role == role]


def column_of(role: Role) -> int:
    """Column of the one feature with a role.

    Raises:
        ValueError: No feature has it, or several have.
    """
    columns = columns_of(role)
    if len(columns) != 1:
        raise ValueError(f"One feature must have the role {role!r}. Got {len(columns)}.")
    return columns[0]


def names_of(role: Role) -> tuple[str, ...]:
    """Full names of the features with a role, in the order of their columns."""
    return tuple(FEATURE_NAMES[column] for column in columns_of(role))


def signals_that_find(finds: Finds) -> frozenset[str]:
    """Names of the signals whose evidence in a text is of a kind."""
    return frozenset(signal.name for signal in SIGNALS if signal.finds == finds)
