"""<Leave>: let the waiting caller out of the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.phone.steps import Ending, Stop

if TYPE_CHECKING:
    from local.phone.runner import Program
    from local.phone.twiml.check import Tag


async def run(tag: Tag, on: Program) -> Stop | None:
    """Leave; outside a queue there is nothing to leave."""
    if on.realm.name != "waiting":
        on.report(12200, "<Leave> outside a queue")
        return None
    return Stop(Ending.LEFT)
