"""A form on a site was sent: record the consent, or send a code first. Pure but for its ports.

Whoever fills a form in can type anybody's number. So a number is asked about so often a day, and
where the form wants it, only who has the telephone in hand can say yes.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.campaigns.consents.capture.forms import (
    MOST_A_DAY,
    MOST_OF_SITE,
    MOST_TEXTS_A_DAY,
    MOST_TEXTS_OF_ACCOUNT,
    Form,
    Pending,
    Ticked,
    TooMany,
    WrongCode,
    code_of,
    message,
)
from chalicelib.campaigns.consents.checking import check
from chalicelib.campaigns.consents.usecases import record, whose_is
from chalicelib.kernel.errors import Fault, NotFound, Rejected
from chalicelib.kernel.telling import NotSendable, TextOrder, text

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.consents.capture.ports import Desk


class Done(StrEnum):
    """What became of a form: `failed` is what a page is told when we could not."""

    RECORDED = "recorded"
    CODE_SENT = "code_sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form that somebody sent, of whom we know the number (E.164)."""

    account_id: str
    site_id: str
    form_id: str
    number: str
    ticked: Ticked


def take(sent: Sent, now: datetime, desk: Desk) -> Done:
    """Record a consent, or send a code to the number. Raises Rejected, naming the field.

    Without a code it is what somebody typed: it does not revoke what the person withdrew.
    """
    form = _form(sent, desk)
    captured = check(form.captured(sent.ticked, now), now)
    person, day = _person(sent, desk), now.date().isoformat()
    if not desk.forms.count(sent.account_id, f"asked#{person}", day, MOST_A_DAY):
        raise _too_many()
    if not desk.forms.count(sent.account_id, f"forms#{sent.site_id}", day, MOST_OF_SITE):
        fault = Fault("/site", "as many forms as it may send today were sent: try again tomorrow")
        raise TooMany("too many for today", faults=(fault,))
    if not form.doubled:
        record(captured, sent.account_id, sent.number, desk.consents)
        return Done.RECORDED
    _count_texts(sent.account_id, person, day, desk)
    code = code_of(desk.random())
    pending = Pending(
        form_id=form.id,
        number=sent.number,
        ticked=sent.ticked,
        at=now,
        seal=_seal(sent.account_id, person, form.id, code, desk),
    )
    desk.forms.hold(sent.account_id, person, pending)
    _send(form, sent.number, code, now, desk)
    return Done.CODE_SENT


def confirm(sent: Sent, code: str, now: datetime, desk: Desk) -> Done:
    """Record the consent whose code was typed. Raises WrongCode.

    It was given when the form was sent: from then on its year runs, and the form may be out of
    use since.
    """
    form, person = _form(sent, desk, archived=True), _person(sent, desk)
    try:
        pending = desk.forms.tried(sent.account_id, person, form.id)
    except NotFound:
        raise _wrong() from None
    seal = _seal(sent.account_id, person, form.id, "".join(code.split()), desk)
    if pending.is_over(now) or not hmac.compare_digest(seal, pending.seal):
        raise _wrong()
    captured = form.captured(pending.ticked, pending.at, confirmed=True)
    record(captured, sent.account_id, pending.number, desk.consents)
    desk.forms.drop(sent.account_id, person, pending)
    return Done.RECORDED


def _form(sent: Sent, desk: Desk, *, archived: bool = False) -> Form:
    """Return the form, which must be of this site's and in use, unless it may be archived."""
    try:
        form = desk.forms.form(sent.account_id, sent.form_id)
    except NotFound:
        form = None
    over = form is not None and form.archived_at is not None and not archived
    if form is None or over or form.site_id != sent.site_id:
        fault = Fault("/form", "no form of this site's, or one that is archived")
        raise Rejected("there is no such form", faults=(fault,))
    return form


def _person(sent: Sent, desk: Desk) -> str:
    return whose_is(sent.account_id, sent.number, desk.consents).person


def _count_texts(account_id: str, person: str, day: str, desk: Desk) -> None:
    of_person = desk.forms.count(account_id, f"texts#{person}", day, MOST_TEXTS_A_DAY)
    if not of_person or not desk.forms.count(account_id, "texts", day, MOST_TEXTS_OF_ACCOUNT):
        raise _too_many()


def _send(form: Form, number: str, code: str, now: datetime, desk: Desk) -> None:
    order = TextOrder(to=number, from_="", body=message(form, code), ordered_at=now, status_url="")
    try:
        text(order, (form.sender or "", desk.sender), desk.texts, retry=False)
    except NotSendable as error:
        fault = Fault("/number", f"no text reaches it: {error.reason}")
        raise Rejected("no code can be sent to this number", faults=(fault,)) from None


def _seal(account_id: str, person: str, form_id: str, code: str, desk: Desk) -> str:
    said = f"code\n{person}\n{form_id}\n{code}".encode()
    return hmac.digest(desk.consents.key(account_id), said, "sha256").hex()


def _too_many() -> TooMany:
    fault = Fault("/number", "asked about too often today: try again tomorrow")
    return TooMany("too many for today", faults=(fault,))


def _wrong() -> WrongCode:
    fault = Fault("/code", "not the code, or it is over: have another one sent")
    return WrongCode("the code is not the one that was sent", faults=(fault,))
