"""What a waiting caller hears, round by round. Not a kind itself.

A place is told when it became better, and now and then with everything else; one that became worse
is not told at all: the caller has heard a better one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.ivr import texts
from chalicelib.ivr.actions import Ask, Play, Say
from chalicelib.ivr.nodes import Audio
from chalicelib.ivr.texts import Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.ivr.actions import Aloud
    from chalicelib.ivr.kinds.queue_fields import Queue
    from chalicelib.ivr.kinds.waiting import Wait
    from chalicelib.ivr.queueing import Standing
    from chalicelib.ivr.turns import Turn

_LISTENING: Final = 1  # seconds of silence after the music
_CROWD: Final = 50  # beyond this place nothing happens soon: rounds are twice as long
_HOLD: Final = Play(Audio(builtin="hold"))


def tell(node: Queue, standing: Standing, wait: Wait, turn: Turn) -> tuple[list[Aloud], Wait]:
    """Return what is told in this round, and the wait of a caller who knows it."""
    rounds, place = turn.position.target, standing.position
    everything = not wait.told or rounds - wait.full >= node.announce_every
    worse = 0 < wait.told < place
    told = welcome(node, turn) if rounds == 0 else []
    if not worse and (everything or place < wait.told):
        told += _place(node, standing, turn)
        wait = wait.knows(place, rounds, everything=everything)
    if everything and not worse:
        told += _wait(node, standing, turn)
    if everything:
        told += _ways(node, turn)
        wait = wait.knows(wait.told, rounds, everything=True)  # even if the place was passed over
    return told or list(_comfort(node, wait, turn)), wait


def question(node: Queue, place: int, told: list[Aloud], turn: Turn) -> Ask:
    """Return a round: what is told, and music, with every key heard at any moment."""
    music = tuple(turn.aloud(each) for each in node.music) or (_HOLD,)
    pieces = 2 if place > _CROWD else 1
    first = turn.position.target * pieces
    played = tuple(music[(first + at) % len(music)] for at in range(pieces))
    return Ask(prompts=(*told, *played), timeout_seconds=_LISTENING, most_keys=1, finish_key="")


def welcome(node: Queue, turn: Turn) -> list[Aloud]:
    """Return what a caller hears first whom nobody is free for."""
    return [turn.aloud(node.welcome) if node.welcome else turn.line(Line.QUEUE_BUSY)]


def _place(node: Queue, standing: Standing, turn: Turn) -> Iterator[Aloud]:
    if node.tell_position:
        yield Say(texts.standing(standing.position, turn.language))


def _wait(node: Queue, standing: Standing, turn: Turn) -> Iterator[Aloud]:
    if node.tell_wait and standing.expected_seconds is not None:
        yield Say(texts.expected_wait(standing.expected_seconds, turn.language))


def _ways(node: Queue, turn: Turn) -> Iterator[Aloud]:
    if node.callback:
        yield turn.line(Line.QUEUE_CALLBACK, key=node.callback.key)
    if node.voicemail:
        yield turn.line(Line.QUEUE_MESSAGE, key=node.voicemail.key)


def _comfort(node: Queue, wait: Wait, turn: Turn) -> Iterator[Aloud]:
    """Say one message half-way between two announcements."""
    rounds, every = turn.position.target, node.announce_every
    if node.comfort and rounds - wait.full == max(1, every // 2):
        yield turn.aloud(node.comfort[rounds // every % len(node.comfort)])
