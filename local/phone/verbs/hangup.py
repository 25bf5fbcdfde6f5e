"""<Hangup>: end the call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.phone.steps import Stop

if TYPE_CHECKING:
    from local.phone.runner import Program
    from local.phone.twiml.check import Tag


async def run(tag: Tag, on: Program) -> Stop:
    """Hang up; as the first verb it still answers, and is billed for it."""
    on.answer()
    return Stop()
