"""<Start>: begin something that goes on beside the call; here only a recording of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.phone import recordings
from local.phone.verbs.record import callback, reachable

if TYPE_CHECKING:
    from local.phone.runner import Program
    from local.phone.twiml.check import Tag

# The REST API's enumeration of sources has no word for this verb.
_SOURCE = "StartCallRecordingAPI"


async def run(tag: Tag, on: Program) -> None:
    """Begin to record, and go on at once; the end of the call ends it."""
    for noun in tag.children:
        if noun.name != "Recording":
            on.report(0, f"<Start><{noun.name}> is not played by this network", "UNPLAYED")
            continue
        on.answer()
        target, events = callback(noun)
        channels = 2 if noun.get("channels") == "dual" else 1
        recordings.begin(on.exchange, on.leg, _SOURCE, reachable(target, on), events, channels)
