"""<Reject>: refuse a call that rings, without answering it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.phone.model import Status
from local.phone.steps import Stop

if TYPE_CHECKING:
    from local.phone.runner import Program
    from local.phone.twiml.check import Tag

_VERDICTS = {"rejected": Status.NO_ANSWER, "busy": Status.BUSY}


@dataclass(frozen=True, slots=True)
class Reject:
    """How the call ends for the caller."""

    verdict: Status = Status.NO_ANSWER

    @classmethod
    def read(cls, tag: Tag) -> Reject:
        return cls(_VERDICTS[tag.get("reason", "rejected")])


async def run(tag: Tag, on: Program) -> Stop:
    """End the call; one that was answered already is simply hung up."""
    on.leg.verdict = Reject.read(tag).verdict
    return Stop()
