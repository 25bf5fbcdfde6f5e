"""<Pause>: silence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local.phone.runner import Program
    from local.phone.twiml.check import Tag


@dataclass(frozen=True, slots=True)
class Pause:
    """Seconds of silence."""

    seconds: int = 1

    @classmethod
    def read(cls, tag: Tag) -> Pause:
        return cls(tag.whole("length", 1))


async def run(tag: Tag, on: Program) -> None:
    """Wait. As the first verb it lets the call ring on: it does not answer."""
    await on.leg.sleep(Pause.read(tag).seconds)
