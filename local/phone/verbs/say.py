"""<Say>: read a text aloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.phone import speech

if TYPE_CHECKING:
    from local.phone.runner import Program
    from local.phone.twiml.check import Tag

MOST_LOOPS = 1000  # what loop="0" comes to


@dataclass(frozen=True, slots=True)
class Say:
    """Words, how long they take once, and how often they are said."""

    text: str
    seconds: float
    times: int = 1

    @classmethod
    def read(cls, tag: Tag) -> Say:
        took = speech.seconds(tag.spoken) + tag.breaks
        return cls(tag.spoken, took, tag.whole("loop", 1) or MOST_LOOPS)

    @property
    def total(self) -> float:
        return self.seconds * self.times


async def run(tag: Tag, on: Program) -> None:
    """Say it as often as asked, then go on."""
    say = Say.read(tag)
    if not say.text:
        return
    on.answer()
    for _ in range(say.times):
        on.leg.phone.hear("heard", say.text, say.seconds)
        await on.leg.sleep(say.seconds)
