"""<Play>: a sound from an address, or tones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.phone.recordings import seconds_of_sound
from local.phone.transport import Failed
from local.phone.verbs.say import MOST_LOOPS

if TYPE_CHECKING:
    from local.phone.runner import Program
    from local.phone.twiml.check import Tag

_PAUSES = {"w": 0.5, "W": 1.0}
_TONE = 0.2


@dataclass(frozen=True, slots=True)
class Play:
    """Where the sound is, or the tones, and how often."""

    url: str
    digits: str = ""
    times: int = 1

    @classmethod
    def read(cls, tag: Tag) -> Play:
        return cls(tag.text, tag.get("digits"), tag.whole("loop", 1) or MOST_LOOPS)


async def run(tag: Tag, on: Program) -> None:
    """Play it as often as asked, then go on; a sound that cannot be had is reported and skipped."""
    play = Play.read(tag)
    on.answer()
    took = await length(play, on)
    for _ in range(play.times if took else 0):
        on.leg.phone.hear("music" if play.url else "tone", play.url or play.digits, took)
        await on.leg.sleep(took)


async def length(play: Play, on: Program) -> float:
    """Fetch the sound and tell how long it is; 0 if it cannot be played."""
    if play.digits:
        return sum(_PAUSES.get(digit, _TONE) for digit in play.digits)
    if not play.url:
        on.report(12200, "<Play> with nothing to play")
        return 0.0
    try:
        answer = await on.media(on.absolute(play.url))
    except Failed as failed:
        on.report(failed.code, f"<Play>: {failed.detail}")
        return 0.0
    if not answer.content_type.startswith("audio/"):
        on.report(13420, f"<Play>: {answer.content_type or 'no content type'} is no sound")
        return 0.0
    return max(0.1, seconds_of_sound(answer.body, answer.content_type))
