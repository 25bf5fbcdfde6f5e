"""Kind `price_notice`: tell callers of a surcharged number what it costs, before it costs anything.

Arrêté of 10 June 2009 and the operators' code of conduct (AF2M, 2026): the price first, ten to
twenty seconds, `#` skips it, a beep, and the price of the service runs from the beep. A caller who
hangs up before it pays nothing: so the beep is logged once it has sounded, never before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import Beeped
from chalicelib.ivr.actions import Arrived, Ask, Continue, KeysPressed, NoInput, Play, Say
from chalicelib.ivr.grammar import Target, must
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.nodes import Audio
from chalicelib.ivr.texts import price_notice
from chalicelib.ivr.turns import Move

if TYPE_CHECKING:
    from chalicelib.ivr.turns import Turn
    from chalicelib.kernel.tiers import Tier

SKIP_KEY: Final = "#"
BEEP: Final = Play(Audio(builtin="beep"))
_BEEPING: Final = "beep"
# The carrier stops a prompt at any key. One that is not `#` begins the notice again; the last time
# it is played to somebody who cannot cut it short.
_LISTENED_TO: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceNotice:
    """Where the call goes after the beep."""

    next: str


def _enter(node: PriceNotice, turn: Turn) -> Move:
    """Tell the price; where there is none, or it runs already, go on in silence."""
    tier = turn.context.tier
    if tier is None or turn.context.service_from is not None:
        return Move(exit="next", go=node.next)
    return _tell(tier, turn)


def _tell(tier: Tier, turn: Turn) -> Move:
    notice = Say(price_notice(tier.euros, turn.language, per_minute=tier.per_minute))
    if turn.position.attempt > _LISTENED_TO:
        return _beep(turn, notice)
    # Without a finish key `#` comes back as a key, told apart from silence.
    heard = Ask(prompts=(notice,), timeout_seconds=1, most_keys=1, finish_key="")
    return Move(actions=(heard,), wait=turn.position.then())


def _beep(turn: Turn, *before: Say) -> Move:
    """Sound the beep, and have the carrier come back once it has sounded."""
    wait = turn.here(mark=_BEEPING).position.then()
    return Move(actions=(*before, BEEP, Continue()), wait=wait)


def _heard(node: PriceNotice, given: KeysPressed | NoInput, turn: Turn) -> Move:
    tier = turn.context.tier
    if turn.position.mark == _BEEPING or tier is None:
        return _sounded(node, given, turn)
    if isinstance(given, KeysPressed) and given.keys != SKIP_KEY:
        return _tell(tier, turn.here(attempt=turn.position.attempt + 1))
    return _beep(turn)


def _sounded(node: PriceNotice, given: object, turn: Turn) -> Move:
    tier = turn.context.tier
    if turn.position.mark != _BEEPING or tier is None:
        return _enter(node, turn)
    if turn.context.gone:
        return Move()
    beeped = Beeped(**turn.fact, node=turn.node, tier=tier.code)
    return Move(events=(beeped,), exit="next", go=node.next)


PRICE_NOTICE: Final = Kind(
    name="price_notice",
    about="Tell callers of a surcharged number what it costs; its price runs from the beep on.",
    node=PriceNotice,
    entries={"next": must(Target(), "Where the call goes after the beep.", "")},
    enter=_enter,
    hear={KeysPressed: _heard, NoInput: _heard, Arrived: _sounded},
)
