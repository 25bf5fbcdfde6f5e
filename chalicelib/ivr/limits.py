"""The longest that a call may go on for the price of its line. Pure.

AF2M's code of conduct (2026): over 0.20 euros a minute, 30 minutes from the beep. Whatever lasts
longer than one step is given what is left; a step that comes too late says so and hangs up.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.ivr.actions import (
    CalleeAnswered,
    CalleePressed,
    Connect,
    HangUp,
    Say,
    TakeMessage,
)
from chalicelib.ivr.texts import Line, say
from chalicelib.ivr.turns import LANGUAGE

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Context, Reply


def within(reply: Reply, given: Any, context: Context, language: str) -> Reply:
    """Return a reply that keeps the call within its limit, if it has one.

    `language` is what its caller hears who chose none.
    """
    left = seconds_left(context)
    if left is None or reply.position is None or isinstance(given, CalleeAnswered | CalleePressed):
        return reply
    if left > 0:
        return replace(reply, actions=tuple(_cut(each, left) for each in reply.actions))
    chosen = (reply.memory or context.memory).get(LANGUAGE, language)
    parting = (Say(say(Line.PRICE_LIMIT, str(chosen))), HangUp())
    return replace(reply, actions=parting, position=None, need=None)


def seconds_left(context: Context) -> int | None:
    """Return how long a call may go on, None where nothing limits it."""
    limit = None if context.tier is None else context.tier.limit_seconds
    if limit is None or context.service_from is None:
        return None
    ends = context.service_from + timedelta(seconds=limit)
    return max(0, int((ends - context.now).total_seconds()))


def _cut(action: Any, seconds: int) -> Any:
    if isinstance(action, Connect):
        return replace(action, most_seconds=seconds)
    if isinstance(action, TakeMessage):
        return replace(action, max_seconds=min(action.max_seconds, max(seconds, 2)))
    return action
