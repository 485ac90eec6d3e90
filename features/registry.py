"""Every signal in order; a new one is a file in ``signals`` and a line here."""

from chaffinch.features.signal import Signal
from chaffinch.features.signals.agreement import Agreement
from chaffinch.features.signals.casing import Casing
from chaffinch.features.signals.counters import Counters
from chaffinch.features.signals.echo import Echo
from chaffinch.features.signals.fluency import Fluency
from chaffinch.features.signals.obfuscation import Obfuscation
from chaffinch.features.signals.provenance import Provenance
from chaffinch.features.signals.quotation import Quotation
from chaffinch.features.signals.residue import Residue
from chaffinch.features.signals.shape import Shape
from chaffinch.features.signals.spacing import Spacing
from chaffinch.features.signals.spintax import Spintax
from chaffinch.features.signals.substitutions import Substitutions
from chaffinch.features.signals.tortured import Tortured

SIGNALS: tuple[type[Signal], ...] = (
    Substitutions,
    Tortured,
    Fluency,
    Agreement,
    Spintax,
    Spacing,
    Residue,
    Counters,
    Provenance,
    Echo,
    Quotation,
    Casing,
    Obfuscation,
    Shape,
)

FEATURE_NAMES: tuple[str, ...] = tuple(
    name for signal in SIGNALS for name in signal.feature_names()
)
