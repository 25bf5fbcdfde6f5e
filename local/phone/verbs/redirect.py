"""<Redirect>: go on with another document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from local.phone.legs import Source
from local.phone.steps import Goto

if TYPE_CHECKING:
    from local.phone.runner import Program
    from local.phone.twiml.check import Tag


@dataclass(frozen=True, slots=True)
class Redirect:
    """Where to; an empty address is the current document's."""

    url: str
    method: str = "POST"

    @classmethod
    def read(cls, tag: Tag) -> Redirect:
        return cls(tag.text, tag.get("method", "POST").upper())


async def run(tag: Tag, on: Program) -> Goto:
    """Go there; the call need not be answered for it."""
    redirect = Redirect.read(tag)
    on.leg.check()
    target = on.absolute(redirect.url or on.document.url)
    return Goto(Source(target, redirect.method, kind="redirect"))
