"""What the law remembers of calls that people asked for: campaigns must know of them, and they of
campaigns' (C. conso. D223-9 counts all calls of a professional). Pure but for its ports.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.asked.askings import State
from chalicelib.campaigns.asked.lawful import judged, seen
from chalicelib.campaigns.attempts.past import Call, Person
from chalicelib.campaigns.pacing.outcomes import Outcome
from chalicelib.kernel.errors import Unavailable

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.asked.askings import Asking
    from chalicelib.campaigns.asked.forms import Form
    from chalicelib.campaigns.asked.ports import Desk

_LOOKS: Final = 5


def begins(asking: Asking, form: Form, desk: Desk) -> bool:
    """Have the law remember the call that is about to be made, before it is.

    False if somebody else rings them just now, or what was learnt meanwhile forbids it. One that
    is remembered was begun by whoever failed on the way.
    """
    n = len(asking.tried)
    name, before = asking.call(n), replace(asking, tried=asking.tried[:-1])
    for _ in range(_LOOKS):
        now = desk.clock()
        known = seen(asking, form, now, desk)
        rung = known.rungs[asking.person]
        if name in rung.calls:
            return True
        if known.is_busy(now) or not judged(before, form, now, known, desk).allowed:
            return False
        if desk.memory.note(_person(asking, form), rung, name, _call(asking, form, n)):
            return True
    raise Unavailable("others ring them all the time", asking_id=asking.id)


def rung(asking: Asking, form: Form, n: int, desk: Desk) -> None:
    """Have the law remember a call that a queue has made."""
    spoke = asking.state in (State.RINGING, State.DONE) and n == len(asking.tried)
    call = replace(_call(asking, form, n), outcome=Outcome.ANSWERED if spoke else Outcome.NO_ANSWER)
    for _ in range(_LOOKS):
        known = seen(asking, form, desk.clock(), desk)
        before = known.rungs[asking.person]
        if asking.call(n) in before.calls:
            return
        if desk.memory.note(_person(asking, form), before, asking.call(n), call):
            return
    raise Unavailable("others ring them all the time", asking_id=asking.id)


def ended(asking: Asking | None, n: int, desk: Desk) -> None:
    """Have the law remember that a call is over."""
    if asking is None or not 0 < n <= len(asking.tried):
        return
    spoke = asking.reached and n == len(asking.tried)
    outcome = Outcome.ANSWERED if spoke else Outcome.NO_ANSWER
    form = desk.book.form(asking.account_id, asking.form_id)
    desk.memory.end(_person(asking, form), asking.call(n), outcome)


def refused(asking: Asking | None, n: int, desk: Desk) -> None:
    """Have the law remember that they want no more calls: sixty days, by D223-9."""
    if asking is None:
        return
    form = desk.book.form(asking.account_id, asking.form_id)
    desk.memory.end(_person(asking, form), asking.call(n), Outcome.REFUSED)
    desk.memory.refuse(_person(asking, form), desk.clock())


def forgotten(asking: Asking, form: Form, desk: Desk) -> None:
    """Have the law forget a call that the carrier has not made."""
    desk.memory.end(_person(asking, form), asking.call(len(asking.tried)), None)


def _person(asking: Asking, form: Form) -> Person:
    return Person(asking.account_id, form.professional.siren, asking.person)


def _call(asking: Asking, form: Form, n: int) -> Call:
    at: datetime = asking.tried[n - 1]
    return Call(at=at, sells=form.sells, object=form.object)
