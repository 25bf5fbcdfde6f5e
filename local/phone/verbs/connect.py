"""<Connect>: hand the caller to something that talks with them over a socket, until one leaves.

What may be connected is a table of players, one for each noun; a player is all this verb knows of
them. While it plays, the call waits in it and a hang-up or a REST update interrupts it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from local.phone import relay
from local.phone.legs import HungUp

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from local.phone.runner import Program
    from local.phone.steps import Goto
    from local.phone.twiml.check import Tag


@dataclass(slots=True)
class Result:
    """The action's parameters, which the player fills in as it learns them."""

    params: dict[str, str] = field(default_factory=dict)


# A player gets the noun, the run it is in (`on.leg`, `on.exchange`, `on.absolute`, `on.report`)
# and the result to fill. It returns when the session is over and the caller is still there.
NOUNS: dict[str, Callable[[Tag, Program, Result], Awaitable[None]]] = {
    "ConversationRelay": relay.run,
}


async def run(tag: Tag, on: Program) -> Goto | None:
    """Connect; with an action go there, also for a caller who hung up, else to the next verb."""
    noun = next(iter(tag.children), None)
    player = NOUNS.get(noun.name) if noun else None
    if noun is None or player is None:
        what = f"<{noun.name}>" if noun else "nothing"
        on.report(0, f"<Connect> to {what} is not played by this network", "UNPLAYED")
        return None
    on.answer()
    on.leg.forget_inputs()
    action, method, result = tag.get("action"), tag.get("method", "POST"), Result()
    try:
        await player(noun, on, result)
    except HungUp:
        if action:
            on.leg.last_words.append(on.act(action, method, result.params).source)
        raise
    return on.act(action, method, result.params) if action else None
