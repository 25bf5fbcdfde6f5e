"""How long words take to be spoken on this network."""

from __future__ import annotations

import math

CHARACTERS_A_SECOND = 15


def seconds(text: str) -> int:
    """Give whole seconds, so that the sums of a story can be done in the head.

    >>> seconds("Bonjour."), seconds("x" * 31)
    (1, 3)
    """
    return max(1, math.ceil(len(text) / CHARACTERS_A_SECOND)) if text else 0
