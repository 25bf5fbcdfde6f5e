"""How many calls a campaign places now, by its mode; not whom it rings, nor whether it may."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.pacing.predicting import calls_ahead
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chalicelib.campaigns.pacing.predicting import Floor, Outlook

MOST_RATIO: Final = 10.0
# One agent alone can't be dialled ahead of: whoever answers too early finds nobody else.
FEWEST_AGENTS: Final = 2


class Mode(StrEnum):
    """How a campaign dials."""

    PREVIEW = "preview"  # an agent sees who it is, and has them rung
    PROGRESSIVE = "progressive"  # one call for each idle agent
    POWER = "power"  # so many calls for each idle agent, within the cap
    PREDICTIVE = "predictive"  # ahead of the agents, within the cap
    AGENTLESS = "agentless"  # a flow or a voicebot speaks


# What the law calls an automated system (CPCE L32): it matters for which number may be shown.
AUTOMATED: Final = frozenset({Mode.PROGRESSIVE, Mode.POWER, Mode.PREDICTIVE, Mode.AGENTLESS})
# Modes in which whoever answers has an agent who was kept for them.
AGENT_KEPT: Final = frozenset({Mode.PREVIEW, Mode.PROGRESSIVE})

# Modes whose calls are taken by the agents who are on duty for them.
SEATED: Final = frozenset({Mode.PREVIEW, Mode.PROGRESSIVE, Mode.POWER, Mode.PREDICTIVE})
# Modes that may ring for more people than there are agents kept.
AHEAD: Final = frozenset({Mode.POWER, Mode.PREDICTIVE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A campaign at an instant.

    `asked` counts agents who have asked for the call they were shown and have nobody to talk to
    yet, those for whom it rings among them; `live` the calls that are up, `at_once` how many may
    be. `ratio` is of the mode `power`; `risk` is what `tallies.risk` leaves to take, and with no
    outlook there is nothing to go by: both are of `power` and `predictive`.
    """

    floor: Floor
    due: int
    live: int = 0
    at_once: int | None = None
    asked: int = 0
    ratio: float = 1.0
    risk: float = 0.0
    outlook: Outlook | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.ratio <= MOST_RATIO:
            raise Rejected("no such ratio", faults=(Fault("/ratio", f"1 to {MOST_RATIO:g}"),))


def plan(mode: Mode, now: Situation) -> int:
    """Return how many calls to place now: never more than are due, or than may be up."""
    room = now.due if now.at_once is None else min(now.due, now.at_once - now.live)
    return max(0, min(room, _WANTED[mode](now)))


def _for_the_idle(now: Situation, ratio: float = 1.0) -> int:
    return int(ratio * now.floor.idle) - now.floor.pending


def _predictive(now: Situation) -> int:
    """Dial ahead as far as the risk goes; with none to take, as a progressive dialler does.

    The cap is kept by this, and by nothing else.
    """
    progressive = _for_the_idle(now)
    if now.risk <= 0 or now.outlook is None or now.floor.agents < FEWEST_AGENTS:
        return progressive
    return max(progressive, calls_ahead(now.floor, now.outlook, now.risk))


def _power(now: Situation) -> int:
    """Place the ratio's calls, as far as the risk goes."""
    return min(_for_the_idle(now, now.ratio), _predictive(now))


_WANTED: Final[Mapping[Mode, Callable[[Situation], int]]] = {
    Mode.PREVIEW: lambda now: now.asked - now.floor.pending,
    Mode.PROGRESSIVE: _for_the_idle,
    Mode.POWER: _power,
    Mode.PREDICTIVE: _predictive,
    Mode.AGENTLESS: lambda now: now.due,
}
