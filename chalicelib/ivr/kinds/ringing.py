"""What happens at the phone that we ring, before its owner talks to the caller. Not a kind itself.

Whoever picks up may hear a word about the call first, and may have to accept it by a key, so that
somebody's own answering machine never takes a caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.calls.events import Taken
from chalicelib.ivr.actions import Ask, HangUp
from chalicelib.ivr.texts import Line
from chalicelib.ivr.turns import Move

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Aloud, CalleePressed
    from chalicelib.ivr.turns import Turn

ACCEPT_KEY: Final = "1"
_ACCEPT_SECONDS: Final = 6
_MOST_ATTEMPTS: Final = 2


def greet(words: Aloud | None, accept: bool, turn: Turn) -> Move:
    """Tell whoever picked up who calls; ask them to accept the call, if so told."""
    told = (words,) if words else ()
    if not accept:
        return Move(actions=told)
    question = Ask(
        prompts=(*told, turn.line(Line.WHISPER_ACCEPT)),
        timeout_seconds=_ACCEPT_SECONDS,
        most_keys=1,
        finish_key="",
    )
    return Move(actions=(question,), wait=turn.position.then())


def decide(given: CalleePressed, words: Aloud | None, turn: Turn) -> Move:
    """Put the caller through, ask once more about a wrong key, or hang up."""
    if given.keys == ACCEPT_KEY:
        return Move(events=(Taken(**turn.noted("taken"), node=turn.node),))
    if given.keys and turn.position.attempt < _MOST_ATTEMPTS:
        return greet(words, True, turn.here(attempt=turn.position.attempt + 1))
    return Move(actions=(HangUp(),))
