"""How a conversation ended: what our socket tells the flow, by way of the carrier.

The socket ends the session with `handoffData`; the carrier brings it back, unread, to the verb's
action URL as `HandoffData`. Sessions that end without us are told by `SessionStatus` alone.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.voicebot.brief import Value

LONGEST: Final = 4_000  # characters: it comes back in a form
_MOST_LEARNT: Final = 20
_LONGEST_VALUE: Final = 200
_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,31}(\.[a-z][a-z0-9_]{0,31}){0,3}")


class Outcome(StrEnum):
    """Every way a conversation can end; all but the last are ours to tell."""

    HANDED_OVER = "handed-over"
    NOT_UNDERSTOOD = "not-understood"
    SILENT = "silent"
    ENDED = "ended"
    FAILED = "failed"
    HUNG_UP = "hung-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How it ended: by which intent's exit, if handed over, and what was learnt on the way."""

    outcome: Outcome
    exit: str | None = None
    learnt: Mapping[str, Value] = field(default_factory=dict)
    seconds: int = 0


class Webhook(Protocol):
    """A webhook's parameters."""

    def optional(self, name: str) -> str | None:
        """Return a parameter, None if it is absent or empty."""


def render(ending: Ending) -> str:
    """Write what the carrier is to bring back. Learnt values that do not fit are cut."""
    learnt = {name: _cut(value) for name, value in list(ending.learnt.items())[:_MOST_LEARNT]}
    told = {"outcome": ending.outcome.value, "exit": ending.exit, "learnt": learnt}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def is_ending(webhook: Webhook) -> bool:
    """Tell whether a webhook is the action of a conversation: every one has a session."""
    return webhook.optional("SessionStatus") is not None or _handoff(webhook) is not None


def ending_of(webhook: Webhook) -> Ending:
    """Read the action's parameters. What makes no sense is a failure: the flow has an exit for it.

    Twilio, <Connect> with <ConversationRelay>: SessionId; SessionStatus `ended` (by us),
    `completed` (the caller hung up) or `failed` (then ErrorCode, ErrorMessage); SessionDuration in
    seconds; HandoffData as we sent it. Only for `ended` is there anything of ours to read.
    """
    seconds = _seconds(webhook.optional("SessionDuration"))
    status, told = webhook.optional("SessionStatus"), _handoff(webhook)
    if status == "completed":
        return Ending(outcome=Outcome.HUNG_UP, seconds=seconds)
    if told is None or status == "failed" or webhook.optional("ErrorCode") is not None:
        return Ending(outcome=Outcome.FAILED, seconds=seconds)
    return _told(told, seconds)


def _handoff(webhook: Webhook) -> str | None:
    return webhook.optional("HandoffData")


def _told(text: str, seconds: int) -> Ending:
    try:
        told = json.loads(text) if len(text) <= 2 * LONGEST else None
        outcome = Outcome(told["outcome"]) if isinstance(told, dict) else Outcome.FAILED
    except (ValueError, KeyError, RecursionError):
        return Ending(outcome=Outcome.FAILED, seconds=seconds)
    if not isinstance(told, dict):
        return Ending(outcome=Outcome.FAILED, seconds=seconds)
    leaves, learnt = told.get("exit"), told.get("learnt")
    return Ending(
        outcome=outcome,
        exit=leaves if isinstance(leaves, str) else None,
        learnt=_known(learnt if isinstance(learnt, dict) else {}),
        seconds=seconds,
    )


def _known(learnt: Mapping[object, object]) -> Mapping[str, Value]:
    return {
        name: _cut(value)
        for name, value in list(learnt.items())[:_MOST_LEARNT]
        if isinstance(name, str) and _NAME.fullmatch(name) and isinstance(value, str | int | bool)
    }


def _cut(value: Value) -> Value:
    return value[:_LONGEST_VALUE] if isinstance(value, str) else value


def _seconds(value: str | None) -> int:
    known = value is not None and value.isascii() and value.isdigit() and len(value) <= 7
    return int(value) if known and value is not None else 0
