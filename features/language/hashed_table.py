"""A static map from integer keys to small numbers, looked up in vectorised numpy."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

MIN_SLOTS = 16
"""Slots of the smallest table: two rows."""

_MIX = np.uint64(0xD6E8FEB86659FD93)
"""Odd factor that spreads keys over 64 bits: the multiplier of the mixing function degski64."""

_MAX_PROBES = 64
"""Slots tried for a key before it is given up: at this load hardly any are. Our choice."""

_LOAD = 0.75
"""Share of slots that are taken at the most. Our choice."""

_ROW_BITS = 3
"""Log2 of `_ROW`."""

_ROW = 1 << _ROW_BITS
"""Slots that are looked at together: their comparisons fill one byte."""

# Place of the lowest bit that is set in each byte.
_LOWEST_BIT = np.array(
    [max((byte & -byte).bit_length() - 1, 0) for byte in range(1 << _ROW)], np.uint8
)


class HashedTable(NamedTuple):
    """An open-addressing table with 16-bit fingerprints in place of keys.

    A key that is absent is taken for a present one with a probability of about 2**-15: far
    rarer than a wrong count in any corpus, and five bytes a key cheaper (the fingerprint
    idea of Talbot and Osborne, "Randomised Language Modelling", ACL 2007).

    Attributes:
        fingerprint: uint16 array of shape (n_slots,), a power of two long, not less
            than `MIN_SLOTS`; 0 marks a free slot.
        value: uint8 array of shape (n_slots, n_values).
    """

    fingerprint: NDArray[np.uint16]
    value: NDArray[np.uint8]

    @classmethod
    def build(cls, keys: NDArray[np.uint64], values: NDArray[np.uint8]) -> "HashedTable":
        """Store distinct keys, the most important first.

        Args:
            keys: uint64 array of shape (n_keys,), without repeats.
            values: uint8 array of shape (n_keys, n_values).

        Returns:
            The table. The last keys of a crowded place are left out.
        """
        n_slots = max(MIN_SLOTS, 1 << int(np.ceil(np.log2(max(len(keys), 1) / _LOAD))))
        fingerprint = np.zeros(n_slots, np.uint16)
        stored = np.zeros((n_slots, values.shape[1]), np.uint8)
        slot, print_ = _slots(keys, n_slots)
        waiting = np.arange(len(keys))
        for _ in range(_MAX_PROBES):
            free = waiting[fingerprint[slot[waiting]] == 0]
            _, first = np.unique(slot[free], return_index=True)
            placed = free[first]
            fingerprint[slot[placed]] = print_[placed]
            stored[slot[placed]] = values[placed]
            done = np.zeros(len(keys), np.bool_)
            done[placed] = True
            waiting = waiting[~done[waiting]]
            if not len(waiting):
                break
            slot[waiting] = (slot[waiting] + 1) & (n_slots - 1)
        return cls(fingerprint, stored)

    def find(self, keys: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Slot of each key, -1 where it is absent; int64 of shape (n_keys,).

        Args:
            keys: uint64 array of shape (n_keys,).
        """
        n_slots = len(self.fingerprint)
        slot, print_ = _slots(keys, n_slots)
        seen = self.fingerprint.take(slot)
        found = np.where(seen == print_, slot, -1)
        waiting = np.flatnonzero((seen != print_) & (seen != 0))
        rows = self.fingerprint.reshape(-1, _ROW)
        slot, print_ = (slot.take(waiting) + 1) & (n_slots - 1), print_.take(waiting)
        row = slot >> _ROW_BITS
        ahead = np.uint8(255) << (slot & (_ROW - 1)).astype(np.uint8)
        # From here on whole rows, each key's last step being the first match or free slot.
        for _ in range(_MAX_PROBES // _ROW + 1):
            if not len(waiting):
                break
            seen = rows.take(row, axis=0)
            match = _bits(seen == print_.repeat(_ROW).reshape(-1, _ROW)) & ahead
            end = (_bits(seen == 0) & ahead) | match
            place = _LOWEST_BIT.take(end)
            hit = ((match >> place) & 1).nonzero()[0]
            found[waiting.take(hit)] = (row.take(hit) << _ROW_BITS) + place.take(hit)
            on = (end == 0).nonzero()[0]
            waiting, print_ = waiting.take(on), print_.take(on)
            row = (row.take(on) + 1) & (len(rows) - 1)
            ahead = np.full(len(on), 255, np.uint8)
        return found


def _bits(rows: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.packbits(rows.ravel(), bitorder="little")


def _slots(keys: NDArray[np.uint64], n_slots: int) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    mixed = keys * _MIX
    mixed = (mixed ^ (mixed >> np.uint64(32))) * _MIX
    slot = (mixed >> np.uint64(64 - (n_slots.bit_length() - 1))).astype(np.int64)
    print_ = ((mixed >> np.uint64(8)) & np.uint64(0xFFFF)).astype(np.uint16)
    return slot, np.maximum(print_, np.uint16(1))
