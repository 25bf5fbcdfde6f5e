"""Somebody on the line wants no more calls: they said so by a key or a word, and the flow noted it.

A flow says it with the tag `opt-out`. It is told at once, not when the call is over: whoever is to
ring this person next asks before they do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.calls.events import Tagged

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from chalicelib.calls.events import Event
    from chalicelib.ivr.actions import Context
    from chalicelib.ivr.usecases import Ports

OPT_OUT: Final = "opt-out"


class Oppositions(Protocol):
    """Who is to know that somebody wants no more calls, at once."""

    def said(self, account_id: str, person: str, attempt: str, ref: str, at: datetime) -> None:
        """Note it, of a person's number, in a call (`ref`) of an attempt; "" where it was none."""


def oppose(
    events: Iterable[Event], account_id: str, attempt: str, context: Context, ports: Ports
) -> None:
    """Tell that whoever is on the line wants no more calls, where a flow has noted it so."""
    said = any(isinstance(each, Tagged) and each.tag == OPT_OUT for each in events)
    if said and ports.oppositions is not None and context.caller is not None:
        ports.oppositions.said(account_id, context.caller, attempt, context.call_id, context.now)
