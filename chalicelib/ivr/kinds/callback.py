"""Kind `callback`: have the caller rung back, at their turn or when it suits them.

They keep their place by the hour at which they came. First the number, then when, if the document
offers a choice; a star gives it up at any question.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.events import CallbackAsked
from chalicelib.ivr import callback_slots, needs, replies, spoken_days, texts
from chalicelib.ivr.actions import Arrived, Ask, Continue, HangUp, KeysPressed, NoInput, Spoke
from chalicelib.ivr.kinds import callback_fields, tickets
from chalicelib.ivr.kinds import callback_numbers as numbers
from chalicelib.ivr.kinds.callback_fields import Asked, Callback
from chalicelib.ivr.kinds.hours import ALWAYS
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.kinds.queue import ARRIVED_AT
from chalicelib.ivr.texts import Line
from chalicelib.ivr.tongues import family
from chalicelib.ivr.turns import Move, leave

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.ivr.actions import Aloud
    from chalicelib.ivr.queueing import Slot
    from chalicelib.ivr.turns import Turn

CANCEL: Final = "*"
_SECONDS: Final = 7
_LONGEST_NUMBER: Final = 20
_MOST_TRIES: Final = 3  # to book what the caller chose


def _enter(node: Callback, turn: Turn) -> Move:
    if turn.context.gone:
        return Move(actions=(HangUp(),))
    first = (turn.aloud(node.prompt),) if node.prompt else ()
    if numbers.may_be_rung(turn.context.caller or "", turn, abroad=node.abroad):
        return _ask_own(node, turn, *first)
    return _ask_number(node, turn, *first)


def _ask(
    node: Callback, asked: Asked, prompts: tuple[Aloud, ...], turn: Turn, *, keys: int = 1
) -> Move:
    question = Ask(
        prompts=(*prompts, turn.line(Line.CALLBACK_CANCEL)),
        timeout_seconds=_SECONDS,
        most_keys=keys,
        finish_key="#" if keys > 1 else "",
        listening=node.listen.with_keys,
        language=turn.language,
    )
    return Move(actions=(question,), wait=turn.here(mark=asked.mark).position.then())


def _ask_own(node: Callback, turn: Turn, *first: Aloud) -> Move:
    own = turn.line(Line.CALLBACK_CONFIRM, number=turn.context.caller or "")
    return _ask(node, Asked(stage="own"), (*first, own), turn)


def _ask_number(node: Callback, turn: Turn, *first: Aloud) -> Move:
    asked = Asked(stage="number", mine=False)
    words = (*first, turn.line(Line.CALLBACK_NUMBER))
    return _ask(node, asked, words, turn, keys=_LONGEST_NUMBER)


def _read_back(node: Callback, number: str, turn: Turn) -> Move:
    asked = Asked(stage="check", mine=False)
    return _ask(node, asked, numbers.read_back(number, turn), turn)


def _ask_when(node: Callback, mine: bool, turn: Turn) -> Move:
    """Let the caller choose when, if there is a choice."""
    minute = int(turn.context.now.timestamp()) // 60
    asked = Asked(stage="slot", mine=mine, minute=minute)
    options = _options(node, asked)
    if not options:
        return _part(turn, "failed", node.failed, turn.line(Line.CALLBACK_NONE))
    if len(options) == 1 and node.soon:
        return _book(node, asked, turn)
    return _ask(node, asked, _offers(node, asked, turn), turn)


def _options(node: Callback, asked: Asked) -> dict[str, Slot | None]:
    """Return what is on offer by its key; None is the caller's turn."""
    soon: tuple[Slot | None, ...] = (None,) if node.soon else ()
    slots = node.slots.after(asked.at) if node.slots else ()
    return {str(at): each for at, each in enumerate((*soon, *slots), start=1)}


def _offers(node: Callback, asked: Asked, turn: Turn) -> tuple[Aloud, ...]:
    return tuple(
        turn.line(Line.CALLBACK_SOON, key=key)
        if slot is None
        else turn.line(Line.CALLBACK_SLOT, time=_spoken(node, slot, turn), key=key)
        for key, slot in _options(node, asked).items()
    )


def _spoken(node: Callback, slot: Slot, turn: Turn) -> str:
    zone = (node.slots.calendar if node.slots else ALWAYS).zone
    return callback_slots.spoken(slot, turn.context.now, zone, turn.language)


def _heard(node: Callback, given: KeysPressed | Spoke, turn: Turn) -> Move:
    """Take an answer for what was asked; a star gives the callback up."""
    asked = Asked.of(turn.position.mark)
    if asked is None or asked.stage not in _ANSWERED:
        return _enter(node, turn)
    if _given_up(given, turn):
        return _part(turn, "refused", node.refused)
    return _ANSWERED[asked.stage](node, asked, given, turn)


def _own(node: Callback, asked: Asked, given: KeysPressed | Spoke, turn: Turn) -> Move:
    agreed = _agreed(given, turn)
    if agreed is None:
        return _again(node, asked, turn, _sorry(given, turn))
    fresh = turn.here(attempt=1)
    return _ask_when(node, True, fresh) if agreed else _ask_number(node, fresh)


def _number(node: Callback, asked: Asked, given: KeysPressed | Spoke, turn: Turn) -> Move:
    number = numbers.read(numbers.written(given, turn), turn)
    if number is None or not numbers.may_be_rung(number, turn, abroad=node.abroad):
        wrong = Line.COLLECT_INVALID if number is None else Line.CALLBACK_REFUSED
        again = _again(node, asked, turn, turn.line(wrong))
        return again.after(events=(numbers.noted(turn, valid=False),))
    learnt = {numbers.NUMBER: number}
    asks = _read_back(node, number, turn.knowing(learnt)).learning(learnt)
    return asks.after(events=(numbers.noted(turn, valid=True),))


def _check(node: Callback, asked: Asked, given: KeysPressed | Spoke, turn: Turn) -> Move:
    agreed = _agreed(given, turn)
    if agreed:
        return _ask_when(node, False, turn.here(attempt=1))
    return _again(node, asked if agreed is None else Asked(stage="number", mine=False), turn)


def _slot(node: Callback, asked: Asked, given: KeysPressed | Spoke, turn: Turn) -> Move:
    options = _options(node, asked)
    key = given.keys if isinstance(given, KeysPressed) else _said(node, options, given, turn)
    if key is None or key not in options:
        return _again(node, asked, turn, _sorry(given, turn))
    return _book(node, replace(asked, choice=int(key)), turn)


def _said(node: Callback, options: dict[str, Slot | None], given: Spoke, turn: Turn) -> str | None:
    """Understand a key by its name, or the day of a slot that is the only one then."""
    key = replies.choose(given.words, dict.fromkeys(options, ()), turn.language)
    if key is not None or node.slots is None:
        return key
    zone = node.slots.calendar.zone
    today = turn.context.now.astimezone(zone).date()
    day = spoken_days.read(given.words, family(turn.language) or "fr", today)
    meant = [k for k, s in options.items() if s and s.opens.astimezone(zone).date() == day]
    return meant[0] if len(meant) == 1 else None


def _given_up(given: KeysPressed | Spoke, turn: Turn) -> bool:
    if isinstance(given, Spoke):
        return replies.given_up(given.words, turn.language)
    return given.keys.startswith(CANCEL)


def _sorry(given: KeysPressed | Spoke, turn: Turn) -> Aloud:
    pressed = isinstance(given, KeysPressed)
    return turn.line(Line.INVALID_KEY if pressed else Line.NOT_UNDERSTOOD)


def _agreed(given: KeysPressed | Spoke, turn: Turn) -> bool | None:
    if isinstance(given, Spoke):
        return replies.confirmed(given.words, turn.language)
    return {"1": True, "2": False}.get(given.keys)


def _silent(node: Callback, given: NoInput, turn: Turn) -> Move:
    asked = Asked.of(turn.position.mark)
    if asked is None or asked.stage not in _ANSWERED:
        return _enter(node, turn)
    return _again(node, asked, turn, turn.line(Line.NO_INPUT))


def _again(node: Callback, asked: Asked, turn: Turn, *sorry: Aloud) -> Move:
    """Put the question once more. At the end, whoever gave a number is rung back at their turn."""
    if turn.position.attempt >= node.attempts:
        if asked.stage == "slot" and node.soon:
            return _book(node, replace(asked, choice=0), turn)
        return _part(turn, "refused", node.refused)
    turn = turn.here(attempt=turn.position.attempt + 1)
    if asked.stage == "own":
        return _ask_own(node, turn, *sorry)
    if asked.stage == "slot":
        return _ask(node, asked, (*sorry, *_offers(node, asked, turn)), turn)
    if asked.stage == "check" and numbers.kept(turn):
        return _read_back(node, numbers.kept(turn), turn)
    return _ask_number(node, turn, *sorry)


def _book(node: Callback, asked: Asked, turn: Turn, attempt: int = 1) -> Move:
    number = _agreed_number(asked, turn)
    if not numbers.may_be_rung(number, turn, abroad=node.abroad):
        return _failed(node, needs.QueueFailed("no number"), turn)
    need = needs.BookCallback(
        queue=node.queue,
        ticket=tickets.ticket(node, _arrived_at(node, turn), turn),
        number=number,
        slot=_options(node, asked).get(str(asked.choice)),
    )
    after = turn.here(mark=replace(asked, stage="book").mark, attempt=attempt).position
    return Move(need=need, wait=after)


def _agreed_number(asked: Asked, turn: Turn) -> str:
    return (turn.context.caller or "") if asked.mine else numbers.kept(turn)


def _arrived_at(node: Callback, turn: Turn) -> datetime:
    """Return when the caller came to this queue, if they waited in it."""
    waited = turn.value("queue.name") == node.queue
    try:
        return datetime.fromisoformat(str(turn.value(ARRIVED_AT))) if waited else turn.at
    except ValueError:
        return turn.at


def _booked(node: Callback, given: needs.CallbackBooked, turn: Turn) -> Move:
    asked = Asked.of(turn.position.mark) or Asked()
    slot = _options(node, asked).get(str(asked.choice))
    event = CallbackAsked(
        **turn.noted("asked"),
        queue=node.queue,
        slot_from=slot.opens.isoformat() if slot else None,
        slot_until=slot.closes.isoformat() if slot else None,
    )
    number = _agreed_number(asked, turn)
    if slot:
        time = _spoken(node, slot, turn)
        words = [turn.line(Line.CALLBACK_BOOKED_AT, time=time, number=number)]
    else:
        words = [turn.line(Line.CALLBACK_BOOKED, number=number)]
        seconds = given.booked.expected_seconds
        if seconds is not None and seconds >= 60:
            words.append(turn.line(Line.CALLBACK_EXPECTED, duration=texts.about(seconds)))
    return leave(turn, "booked", node.booked, event, parting=Line.GOODBYE).after(*words)


def _failed(node: Callback, given: needs.QueueFailed, turn: Turn) -> Move:
    """Try again a few times while the caller hears to wait: they chose not to wait any more."""
    if given.passing and turn.position.attempt < _MOST_TRIES:
        again = turn.here(attempt=turn.position.attempt + 1).position.then()
        return Move(actions=(turn.line(Line.PLEASE_WAIT), Continue()), wait=again)
    return _part(turn, "failed", node.failed, turn.line(Line.CALLBACK_NONE))


def _try_again(node: Callback, given: Arrived, turn: Turn) -> Move:
    asked = Asked.of(turn.position.mark)
    if asked is None or asked.stage != "book":
        return _enter(node, turn)
    return _book(node, asked, turn, turn.position.attempt)


def _part(turn: Turn, name: str, target: str | None, *words: Aloud) -> Move:
    return leave(turn, name, target, parting=Line.GOODBYE).after(*words)


_ANSWERED: Final[dict[str, Callable[[Callback, Asked, KeysPressed | Spoke, Turn], Move]]] = {
    "own": _own,
    "number": _number,
    "check": _check,
    "slot": _slot,
}

_HEAR: dict[type[Any], Callable[[Any, Any, Turn], Move]] = {
    KeysPressed: _heard,
    Spoke: _heard,
    NoInput: _silent,
    Arrived: _try_again,
    needs.CallbackBooked: _booked,
    needs.QueueFailed: _failed,
}

CALLBACK: Final = Kind(
    name="callback",
    about="Have the caller rung back, at their turn or in a slot, without losing their place.",
    node=Callback,
    entries=callback_fields.entries(),
    enter=_enter,
    hear=_HEAR,
    waits=True,
    idles=lambda node: (node.refused, node.failed),
    review=callback_fields.review,
    endings=("booked", "refused", "failed"),
    sets=(numbers.NUMBER,),
)
