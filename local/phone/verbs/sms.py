"""<Sms>: gone from Twilio's documentation, and not sent here either."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.phone.runner import Program
    from local.phone.twiml.check import Tag


async def run(tag: Tag, on: Program) -> None:
    """Report it and go on."""
    on.report(0, f"<Sms> is not sent by this network: {tag.spoken[:40]!r}", "UNPLAYED")
