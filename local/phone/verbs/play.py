"""<Play>: a sound from an address, or tones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.phone.sounds import PLAYABLE, seconds_of
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


@dataclass(frozen=True, slots=True)
class Sound:
    """One thing to hear: what it is, its text or address, how long it lasts, where it came from."""

    what: str
    text: str
    seconds: float
    source: str = ""


async def run(tag: Tag, on: Program) -> None:
    """Play it as often as asked, then go on; a sound that cannot be had is reported and skipped."""
    play = Play.read(tag)
    on.answer()
    had = await sound(play, on)
    for _ in range(play.times if had else 0):
        assert had is not None
        on.leg.phone.hear(had.what, had.text, had.seconds, had.source)
        await on.leg.sleep(had.seconds)


async def sound(play: Play, on: Program) -> Sound | None:
    """Fetch the sound; None if it cannot be played."""
    if play.digits:
        took = sum(_PAUSES.get(digit, _TONE) for digit in play.digits)
        return Sound("tone", play.digits, took)
    if not play.url:
        on.report(12200, "<Play> with nothing to play")
        return None
    try:
        answer = await on.media(on.absolute(play.url))
    except Failed as failed:
        on.report(failed.code, f"<Play>: {failed.detail}")
        return None
    if answer.content_type not in PLAYABLE:
        on.report(13420, f"<Play>: {answer.content_type or 'no content type'} is not played")
        return None
    took = seconds_of(answer.body, answer.content_type)
    return Sound("music", play.url, max(0.1, round(took, 3)), answer.url)
