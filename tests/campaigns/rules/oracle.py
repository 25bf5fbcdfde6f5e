"""French law once more, read naively and independently: may this call be made at this instant?

No calendar, window, plan or date of the product is used, but for its facts. It is slow and plain
on purpose, and knows the usual options only.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.campaigns.rules import Campaign, Consent, Past, Person, Request

# How numbers of the tests begin, and where they are.
ZONES: Final = {
    "+336": "Europe/Paris",
    "+331": "Europe/Paris",
    "+590690": "America/Guadeloupe",
    "+262692": "Indian/Reunion",
    "+508708": "America/Miquelon",
}
HOMES: Final = {"energy-saving", "renewable-energy", "home-adaptation"}


def may(at: datetime, campaign: Campaign, person: Person, past: Past) -> bool:
    """Tell whether nothing is against a call."""
    if at < midnight(date(2020, 7, 26)) or not (zone := _zone(person)):
        return False
    here = at.astimezone(zone)
    sells = campaign.sells
    if sells is None:
        sells = campaign.purpose in {"commercial", "contract", "callback"}
    prospecting = sells and person.audience == "consumer"
    timed = prospecting or (
        not sells and person.audience == "consumer" and campaign.purpose == "survey"
    )
    return (
        _shown(at, campaign)
        and not (prospecting and not campaign.professional.id)
        and not _listed(campaign, past, sells)
        and not _left(at, campaign, past, here)
        and _sector(at, campaign, person, past, here, sells)
        and (not prospecting or _ground(at, campaign, past, here))
        and _machine(at, campaign, person, past, sells)
        and _asked_in_time(at, campaign, past, here)
        and (not timed or _timely(at, campaign, past, here, sells))
        and (timed or not _at_rest(at, campaign, past, here))
        and _not_dropped(at, campaign, past)
    )


def midnight(day: date) -> datetime:
    """Return when a day begins in Paris."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo("Europe/Paris")).astimezone(UTC)


def _zone(person: Person) -> ZoneInfo | None:
    if person.zone:
        return ZoneInfo(person.zone)
    if person.list_zone and person.number.startswith("+336"):
        return ZoneInfo(person.list_zone)
    names = [zone for begin, zone in ZONES.items() if person.number.startswith(begin)]
    return ZoneInfo(names[0]) if names else None


def _shown(at: datetime, campaign: Campaign) -> bool:
    number, machine = campaign.shown.number, campaign.mode not in {"manual", "preview"}
    if not number:
        return False
    since_2023 = at >= midnight(date(2023, 1, 1))
    if number.startswith("+336") and since_2023:
        return False
    if number.startswith("+331") and not number.startswith("+33162") and machine and since_2023:
        return False
    if number.startswith("+3389"):
        return False
    if not campaign.shown.answers and since_2023:
        return False
    return campaign.shown.entitled or at < midnight(date(2023, 7, 25))


def _listed(campaign: Campaign, past: Past, sells: bool) -> bool:
    return any(
        each.register == "own"
        and each.professional in {"", campaign.professional.id}
        and (sells or not each.only_selling)
        for each in past.listed
    )


def _words_of_leaving(campaign: Campaign, past: Past) -> list[datetime]:
    mine = campaign.professional.id
    said = [
        each.at
        for each in past.withdrawals
        if each.professional in {"", mine} and each.object in {"", campaign.object}
    ]
    return said + [
        each.revoked_at
        for each in past.consents
        if each.revoked_at and each.professional == mine and each.object == campaign.object
    ]


def _left(at: datetime, campaign: Campaign, past: Past, here: datetime) -> bool:
    said = _words_of_leaving(campaign, past)
    if not said:
        return False
    anew = any(
        _is_given(at, each, campaign, past, timedelta(days=100_000)) and "phone" in each.covers
        for each in past.consents
    )
    asked = any(each.at > max(said) for each in _requests(at, campaign, past, here))
    return not (anew or asked)


def _is_given(
    at: datetime, consent: Consent, campaign: Campaign, past: Past, lasts: timedelta
) -> bool:
    given = consent.captured_at
    if consent.professional != campaign.professional.id or consent.object != campaign.object:
        return False
    if consent.revoked_at or given is None or given > at or at - given > lasts:
        return False
    if consent.expires_at is not None and at > consent.expires_at:
        return False
    return all(given > each for each in _words_of_leaving(campaign, past))


def _agreed(at: datetime, campaign: Campaign, past: Past, box: str) -> bool:
    return any(
        box in each.covers and _is_given(at, each, campaign, past, timedelta(days=365))
        for each in past.consents
    )


def _customer(at: datetime, campaign: Campaign, past: Past) -> bool:
    return bool(campaign.link) and any(
        each.professional == campaign.professional.id
        and each.object != ""
        and each.object in campaign.contract_objects
        and each.began_at <= at
        and (each.ended_at is None or at < each.ended_at)
        for each in past.contracts
    )


def _requests(at: datetime, campaign: Campaign, past: Past, here: datetime) -> Iterator[Request]:
    if campaign.purpose != "callback":
        return
    for each in past.requests:
        if each.professional != campaign.professional.id or each.object != campaign.object:
            continue
        day, left = each.at.astimezone(here.tzinfo).date(), 5
        while left:
            day += timedelta(days=1)
            left -= day.weekday() < 6 and not is_holiday(day)
        if not each.proof or each.at > at or here.date() > day:
            continue
        too_early = each.opens is not None and at < each.opens
        too_late = each.closes is not None and each.closes <= at
        if not (too_early or too_late or _was_rung_back(each, past)):
            yield each


def _was_rung_back(request: Request, past: Past) -> bool:
    return any(
        each.professional == request.professional
        and each.object in {"", request.object}
        and each.answered
        and not each.abandoned
        and each.at >= request.at
        for each in past.attempts
    )


def _is_their_hour(request: Request, zone: ZoneInfo) -> bool:
    """Tell whether a slot is of four hours at most, between eight and twenty-one of one day."""
    if request.opens is None or request.closes is None:
        return False
    opens, closes = request.opens.astimezone(zone), request.closes.astimezone(zone)
    begins = opens.replace(hour=8, minute=0, second=0, microsecond=0)
    ends = opens.replace(hour=21, minute=0, second=0, microsecond=0)
    return begins <= opens < closes <= ends and closes - opens <= timedelta(hours=4)


def _sector(
    at: datetime, campaign: Campaign, person: Person, past: Past, here: datetime, sells: bool
) -> bool:
    sector, consumer = campaign.sector, person.audience == "consumer"
    opt_in = at >= midnight(date(2026, 8, 11))
    banned = consumer and (
        sector in {"energy-saving", "renewable-energy"}
        or (sector == "home-adaptation" and at >= midnight(date(2025, 7, 1)))
    )
    training = sector == "training-account" and at >= midnight(date(2022, 12, 21))
    training = training and person.audience != "company"
    if not sells or not (banned or training) or _customer(at, campaign, past):
        return True
    return banned and opt_in and any(_requests(at, campaign, past, here))


def _ground(at: datetime, campaign: Campaign, past: Past, here: datetime) -> bool:
    if _customer(at, campaign, past):
        return True
    if at >= midnight(date(2026, 8, 11)):
        asked = campaign.sector in HOMES and any(_requests(at, campaign, past, here))
        return asked or _agreed(at, campaign, past, "phone")
    if campaign.sector == "press":
        return True
    looked = any(
        each.register == "bloctel" and timedelta() <= at - each.at <= timedelta(days=30)
        for each in past.checked
    )
    return looked and all(each.register != "bloctel" for each in past.listed)


def _machine(at: datetime, campaign: Campaign, person: Person, past: Past, sells: bool) -> bool:
    needed = sells and campaign.mode == "agentless" and person.audience != "company"
    return not needed or _agreed(at, campaign, past, "automaton")


def _asked_in_time(at: datetime, campaign: Campaign, past: Past, here: datetime) -> bool:
    if campaign.purpose != "callback" or at < midnight(date(2026, 8, 11)):
        return True
    return any(_requests(at, campaign, past, here))


def _timely(at: datetime, campaign: Campaign, past: Past, here: datetime, sells: bool) -> bool:
    if sells and at < midnight(date(2023, 3, 1)):
        return True
    rings = (at + timedelta(seconds=20)).astimezone(here.tzinfo)
    open_now = here.weekday() < 5 and not is_holiday(here.date())
    open_now = open_now and all(
        10 <= clock.hour < 13 or 14 <= clock.hour < 20 for clock in (here, rings)
    )
    if not (open_now or _is_welcome(at, campaign, past, here)):
        return False
    asked = list(_requests(at, campaign, past, here))
    mine = campaign.professional.id
    recent = [
        each
        for each in past.attempts
        if each.professional == mine
        and (each.selling or not sells)
        and (here.date() - each.at.astimezone(here.tzinfo).date()).days < 30
    ]
    refusals = [each.at for each in past.refusals if each.professional == mine]
    if len(recent) >= 4:
        return False
    if not refusals or any(each.at > max(refusals) for each in asked):
        return True
    return (here.date() - max(refusals).astimezone(here.tzinfo).date()).days > 60


def _is_welcome(at: datetime, campaign: Campaign, past: Past, here: datetime) -> bool:
    """Tell whether they chose this time, or agreed to others than the usual ones."""
    asked = _requests(at, campaign, past, here)
    chosen = any(_is_their_hour(each, ZoneInfo(str(here.tzinfo))) for each in asked)
    return chosen or _agreed(at, campaign, past, "outside-hours")


def _at_rest(at: datetime, campaign: Campaign, past: Past, here: datetime) -> bool:
    """Tell whether a machine would ring on a Sunday, or before eight or after twenty-one."""
    if campaign.mode in {"manual", "preview"} or _is_welcome(at, campaign, past, here):
        return False
    rings = (at + timedelta(seconds=20)).astimezone(here.tzinfo)
    return here.weekday() == 6 or not 8 <= here.hour < 21 or rings.hour >= 21


def _not_dropped(at: datetime, campaign: Campaign, past: Past) -> bool:
    return campaign.mode not in {"power", "predictive"} or not any(
        each.abandoned
        and each.professional == campaign.professional.id
        and at - each.at < timedelta(hours=72)
        for each in past.attempts
    )


def is_holiday(day: date) -> bool:
    """Tell whether a day is one of the eleven: eight dates, and three that move with Easter."""
    fixed = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}
    after_easter = (day - easter(day.year)).days
    return (day.month, day.day) in fixed or after_easter in {1, 39, 50}


def easter(year: int) -> date:
    """Return Easter Sunday, as Butcher computes it."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    last = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * last) // 451
    month, day = divmod(h + last - 7 * m + 114, 31)
    return date(year, month, day + 1)
