"""What holds in every country, as each has it: hours, attempts, refusals, lists. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.rules.agreeing import consent_for, withdrawn_at
from chalicelib.campaigns.rules.callbacks import asked_for, slot_ahead
from chalicelib.campaigns.rules.clock import FAR, days_later
from chalicelib.campaigns.rules.decision import Reason
from chalicelib.campaigns.rules.facts import Covers, Mode, Purpose, Register
from chalicelib.campaigns.rules.law import FINE, soonest
from chalicelib.campaigns.rules.windows import Hours, clocks, next_opening

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.rules.decision import Article
    from chalicelib.campaigns.rules.law import Case, Reasons

Check = Callable[["Case", "Article"], "Reasons"]
# The modes in which nobody may be ready when somebody answers.
NOBODY_READY: Final = frozenset({Mode.POWER, Mode.PREDICTIVE})
# What decent machines keep to, where no law has hours.
BY_DAY: Final = Hours(week=(((8, 21),),) * 6 + ((),))
# How long it takes at most from placing a call until their telephone rings.
MARGIN: Final = timedelta(seconds=20)
# What GDPR art. 21(1) does not reach where it rests on a contract, art. 6(1)(b), and not on
# interests of the caller. A survey always rests on those.
SERVES: Final = frozenset({Purpose.SERVICE, Purpose.CONTRACT})


def placed(case: Case, article: Article) -> Reasons:
    """Refuse a number that is never rung, and one of which nobody knows where it is."""
    fault = case.place.fault
    return (Reason(fault, article),) if fault else FINE


def named(case: Case, article: Article) -> Reasons:
    """Refuse to sell on behalf of nobody."""
    if case.sells and not case.id.strip():
        return (Reason("professional.unknown", article),)
    return FINE


def objected(case: Case, article: Article) -> Reasons:
    """Refuse to sell to whoever wanted no more of this, unless they agreed, or asked, since."""
    return _withdrawn(case, article) if case.sells else FINE


def objected_to_all(case: Case, article: Article, service_goes_on: bool) -> Reasons:
    """Refuse calls that sell nothing, too, to whoever wanted no more of them.

    Who says STOP does not say of what. Calls that carry out an order or a contract may go on.
    """
    served = service_goes_on and case.campaign.purpose in SERVES
    return FINE if case.sells or served else _withdrawn(case, article)


def _withdrawn(case: Case, article: Article) -> Reasons:
    withdrawn = withdrawn_at(case)
    if withdrawn is None:
        return FINE
    request, _, asked = asked_for(case)
    if request is not None and request.at > withdrawn:
        return FINE
    consent, _, agreed = consent_for(case, Covers.PHONE, None)
    return FINE if consent else (Reason("withdrawn", article, soonest((asked, agreed))),)


def on_own_list(case: Case, article: Article) -> Reasons:
    """Refuse whom the account or the professional does not ring."""
    for each in case.past.listed:
        theirs = each.register is Register.OWN and each.professional in {"", case.id}
        if theirs and (case.sells or not each.only_selling):
            return (Reason("listed.own", article),)
    return FINE


def on_register(case: Case, article: Article, *registers: Register) -> Reasons:
    """Refuse whom a register has."""
    if not case.past.listed:
        return FINE
    found = {each.register for each in case.past.listed}
    return tuple(Reason(f"listed.{each}", article) for each in registers if each in found)


def unchecked(case: Case, article: Article, register: Register, every: timedelta) -> Reasons:
    """Refuse a list that was not compared with a register for so long."""
    ahead: datetime | None = None
    for each in case.past.checked:
        if each.register is not register:
            continue
        if each.at <= case.at <= each.at + every:
            return FINE
        if each.at > case.at:
            ahead = soonest((ahead, each.at))
    return (Reason(f"unchecked.{register}", article, ahead),)


def closed(case: Case, article: Article, hours: Hours, lifetime: timedelta | None) -> Reasons:
    """Refuse a day or an hour, by every clock that may be the person's.

    Whoever agreed to it separately is rung outside of them: C. conso. D223-9 al. 2.
    """
    at = case.at
    opens = next_opening(hours, case.place.zones, at)
    if opens == at:
        at += case.margin
        opens = next_opening(hours, case.place.zones, at)
        if opens == at:
            return FINE
    if case.past.consents:
        consent, _, begins = consent_for(case, Covers.OUTSIDE_HOURS, lifetime)
        if consent:
            return FINE
        opens = soonest((opens, begins))
    if case.past.requests:
        opens = soonest((opens, slot_ahead(case)))
    return tuple(Reason(code, article, opens) for code in _closed_by(case, hours, at))


def quiet(case: Case, article: Article, hours: Hours | None, lifetime: timedelta | None) -> Reasons:
    """Refuse to have a machine ring in the night, or when people rest, whomever it rings."""
    if hours is None or not case.campaign.mode.is_automated:
        return FINE
    return closed(case, article, hours, lifetime)


def _closed_by(case: Case, hours: Hours, at: datetime) -> list[str]:
    codes = {}
    for clock in clocks(case.place.zones, at):
        day, open_hours = clock.date(), hours.week[clock.weekday()]
        if not open_hours:
            codes["day.weekend"] = True
        if hours.is_holiday(day):
            codes["day.holiday"] = True
        usual = open_hours or next(filter(None, hours.week), ())
        if not any(opens <= clock.hour < closes for opens, closes in usual):
            codes["hours.closed"] = True
    return [code for code in ("day.weekend", "day.holiday", "hours.closed") if code in codes]


def tried_too_often(case: Case, article: Article, most: int, days: int) -> Reasons:
    """Refuse one call too many in so many days, today being one of them.

    Whoever sells is held to the calls that sold; others to all.
    """
    if len(case.past.attempts) < most:
        return FINE
    tried = [
        each.at
        for each in case.past.attempts
        if each.professional == case.id and (each.selling or not case.sells)
    ]
    if len(tried) < most:
        return FINE
    tried.sort()
    until = days_later(tried[-most], days, case.place.zones)
    return (Reason("attempts.too-many", article, until),) if case.at < until else FINE


def refused(case: Case, article: Article, days: int) -> Reasons:
    """Refuse for so many whole days after the day of a refusal, unless they asked afterwards."""
    if not case.past.refusals:
        return FINE
    said = [each.at for each in case.past.refusals if each.professional == case.id]
    if not said:
        return FINE
    until = days_later(max(said), days + 1, case.place.zones)
    if case.at >= until:
        return FINE
    request, _, asked = asked_for(case)
    if request is not None and request.at > max(said):
        return FINE
    return (Reason("refused", article, soonest((until, asked))),)


def abandoned(case: Case, article: Article, pause: timedelta) -> Reasons:
    """Refuse to let a machine ring again soon whom it rang for nobody."""
    if case.campaign.mode not in NOBODY_READY or not case.past.attempts:
        return FINE
    left = [
        each.at for each in case.past.attempts if each.abandoned and each.professional == case.id
    ]
    until = min(max(left), FAR) + pause if left else None
    return (Reason("attempts.abandoned", article, until),) if until and case.at < until else FINE


def not_withheld(case: Case, article: Article) -> Reasons:
    """Refuse to ring without a number to be seen."""
    return FINE if case.campaign.shown.number else (Reason("caller-id.withheld", article),)


def answered(case: Case, article: Article) -> Reasons:
    """Refuse a number that reaches nobody when it is rung back."""
    fine = case.campaign.shown.answers or not case.campaign.shown.number
    return FINE if fine else (Reason("caller-id.no-answer", article),)


def entitled(case: Case, article: Article) -> Reasons:
    """Refuse a number that nobody has shown to be theirs, or lent to them."""
    fine = case.campaign.shown.entitled or not case.campaign.shown.number
    return FINE if fine else (Reason("caller-id.not-entitled", article),)
