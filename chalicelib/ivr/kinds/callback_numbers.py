"""Which number a caller is rung back at, and how they give it. Not a kind itself.

A number that was keyed in is kept in the call's memory, never in a URL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import Collected
from chalicelib.ivr import values
from chalicelib.ivr.actions import KeysPressed
from chalicelib.ivr.texts import Line
from chalicelib.kernel import destinations, numbering
from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Aloud, Spoke
    from chalicelib.ivr.turns import Turn

NUMBER: Final = "queue.callback_number"
SHAPE: Final = values.Shape(what=values.What.PHONE)
# Where a machine answers: calling back there reaches nobody in particular.
_MACHINES: Final = frozenset({numbering.Family.SVA_GRATUIT, numbering.Family.SVA_BANALISE})


def may_be_rung(number: str, turn: Turn, *, abroad: bool) -> bool:
    """Say whether a person can be rung at a number (E.164) at the customer's expense."""
    if not number or number == turn.context.dialled or destinations.refusal(number):
        return False
    try:
        return numbering.classify(number).family not in _MACHINES
    except Rejected:
        return abroad


def written(given: KeysPressed | Spoke, turn: Turn) -> str:
    """Return the number that was keyed in or said, as it was."""
    if isinstance(given, KeysPressed):
        return given.keys
    return values.heard(SHAPE, given.words, turn.language, turn.context.now)


def read(typed: str, turn: Turn) -> str | None:
    """Return the number in E.164 form; None if it is none."""
    return values.read(SHAPE, typed, turn.context.now)


def kept(turn: Turn) -> str:
    """Return the number that the caller gave; "" if none, or where memory could not be read."""
    return str(turn.value(NUMBER) or "")


def noted(turn: Turn, *, valid: bool) -> Collected:
    """Return what the log keeps: that a number was given, not which."""
    return Collected(**turn.fact, node=turn.node, variable=NUMBER, valid=valid)


def read_back(number: str, turn: Turn) -> tuple[Aloud, ...]:
    """Return what a caller hears of the number they gave."""
    said = values.aloud(SHAPE, number, turn.language)
    return (turn.line(Line.COLLECT_ENTERED, value=said), turn.line(Line.COLLECT_CONFIRM))
