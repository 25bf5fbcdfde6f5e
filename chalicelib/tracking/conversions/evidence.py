"""What may be told of a deed: from its journey, its visit, and what people said of it. Pure.

A page says what its visitor agreed to by the event `consent`, whose data are Consent Mode's
(`{"ad_user_data": "granted"}`), and the ids that networks gave the browser by the event `ids`
(`{"ga_client_id": "1.2"}`). Of each the last word counts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from chalicelib.tracking.conversions.conversion import Click, Conversion, Use
from chalicelib.tracking.conversions.deeds import Judged
from chalicelib.tracking.conversions.destinations import Proof
from chalicelib.tracking.conversions.words import Reason
from chalicelib.tracking.journeys.telling import brought_last
from chalicelib.tracking.pools.leases import millis, moment
from chalicelib.tracking.visits.visits import journey as steps_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from chalicelib.tracking.conversions.deeds import Deed
    from chalicelib.tracking.conversions.destinations import Destination
    from chalicelib.tracking.conversions.providers.provider import Provider
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.visits.visits import Remembered

CONSENT: Final = "consent"
IDS: Final = "ids"
QUALIFIED_SECONDS: Final = 60
# Google, Microsoft and Meta know a click for 90 days at most.
CLICKS_COUNT: Final = timedelta(days=90)
_GRANTED: Final = frozenset({"granted", True})
_ID: Final = re.compile(r"[\w.~-]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of a deed. What was written has a visit at the most, and no journey."""

    deed: Deed
    judged: Judged = Judged()
    journey: Journey | None = None
    visit: Remembered | None = None

    @property
    def landing(self) -> Mapping[str, Any]:
        """What brought the visitor last before."""
        if self.deed.is_call:
            return {} if self.journey is None else self.journey.landing
        return {} if self.visit is None else brought_last(self.visit, millis(self.deed.at))


def counts(deed: Deed, judged: Judged, destination: Destination) -> bool:
    """Say whether a deed is worth telling a destination. Spam never is.

    What was written is if somebody, or a rule, said that it is worth something.
    """
    if judged.spam or judged.denied or deed.ended_at is None or deed.kind not in destination.kinds:
        return False
    wanted = destination.wanted
    if not deed.is_call:
        return wanted.qualified and judged.qualified is True
    long_enough = wanted.min_seconds is not None and deed.talk_seconds >= wanted.min_seconds
    long_talk = deed.talk_seconds >= QUALIFIED_SECONDS
    qualified = long_talk if judged.qualified is None else judged.qualified
    tagged = bool({*wanted.tags} & {*deed.tags})
    return long_enough or tagged or (wanted.qualified and qualified)


def conversion_of(
    known: Known, conversion_id: str, destination: Destination, provider: Provider
) -> Conversion:
    """Gather what may be told of a deed that is done."""
    if is_of_call_alone(known, destination, provider.use):
        known = replace(known, visit=None)
    deed, visit, judged = known.deed, known.visit, known.judged
    click, clicked_at = _last_click(known, provider.clicks)
    ids = _last(visit, IDS)
    own = judged.value_cents is not None
    return Conversion(
        id=conversion_id,
        kind=deed.kind,
        called_at=deed.at,
        ended_at=deed.ended_at or deed.at,
        talk_seconds=deed.talk_seconds,
        agreed=agreed(known, destination, provider.use),
        caller=deed.number,
        email=deed.email,
        click=click,
        clicked_at=clicked_at,
        client_id=_id(ids, "ga_client_id"),
        session_id=_id(ids, "ga_session_id"),
        browser_id=_id(ids, "fbp"),
        value_cents=judged.value_cents if own else destination.value_cents,
        currency=(judged.currency if own else None) or destination.currency,
    )


def agreed(known: Known, destination: Destination, use: Use) -> frozenset[Use]:
    """Return the uses to which somebody agreed: on the site, or in the call to the network's own.

    A visit that was followed had its visitor's consent to that, and to nothing else, unless the
    account declares that its site asks for both at once. What is said in the call takes back
    nothing that was said on the site.
    """
    in_call = {use} if _agreed_in_call(known, destination) else set()
    alone = is_of_call_alone(known, destination, use)
    if alone or known.visit is None:
        return frozenset(in_call)
    said = _last(known.visit, CONSENT)
    assumed = {*Use} if destination.proof is Proof.VISIT else set()
    granted = {each for each in Use if said.get(each) in _GRANTED}
    return frozenset(((assumed | granted) - _denied(known)) | in_call)


def is_of_call_alone(known: Known, destination: Destination, use: Use) -> bool:
    """Say whether a caller agreed in the call, and their visitor did not, as far as is known.

    Whose visit a call was is never certain: who said no on the site may be somebody else.
    """
    unheard = known.visit is None
    return _agreed_in_call(known, destination) and (unheard or use in _denied(known))


def missing_consent(known: Known) -> Reason:
    """Return why nobody is known to have agreed."""
    return Reason.NO_VISIT if known.visit is None else Reason.NO_CONSENT


def _agreed_in_call(known: Known, destination: Destination) -> bool:
    return destination.consent_tag is not None and destination.consent_tag in known.deed.tags


def _denied(known: Known) -> set[Use]:
    said = _last(known.visit, CONSENT)
    return {use for use in Use if use in said and said[use] not in _GRANTED}


def _last_click(known: Known, parameters: Sequence[str]) -> tuple[Click | None, datetime | None]:
    """Return the last click before the call that a network knows, and when it was.

    It need not be what brought the visitor last. Without one: when the visit came that rang.
    """
    called = known.deed.at
    clicked = {
        each: at
        for each, at in _clicks(known).items()
        if each.parameter in parameters and called - CLICKS_COUNT <= at <= called
    }
    if not clicked:
        return None, _came_at(known)
    # Of several that one address bore, the first of the network's parameters.
    last = max(clicked, key=lambda each: (clicked[each], -parameters.index(each.parameter)))
    return last, clicked[last]


def _clicks(known: Known) -> dict[Click, datetime]:
    """Return the clicks that are known of a visit, with when each was first seen.

    Those of the journey are of the ring: another one of the visitor's may have replaced them since.
    """
    visit = known.visit
    if visit is None:
        return {}
    landing = known.landing
    latest = () if visit.latest is None else (json.loads(visit.latest),)
    found: dict[Click, datetime] = {}
    for each in (landing, json.loads(visit.landing), *latest):
        at = visit.first_seen if each.get("at") is None else moment(each["at"])
        if each.get("click"):
            _saw(Click(*each["click"]), at, found)
    for clicks in (landing.get("clicks") or {}, visit.clicks):
        for parameter, (click_id, seen) in clicks.items():
            _saw(Click(parameter, click_id), moment(seen), found)
    return found


def _saw(click: Click, at: datetime, found: dict[Click, datetime]) -> None:
    found[click] = min(at, found.get(click, at))


def _came_at(known: Known) -> datetime | None:
    """Return when the visit came that rang: it may have begun long before, in another way."""
    if known.visit is None:
        return None
    again = known.landing.get("at")
    return known.visit.first_seen if again is None else moment(again)


def _last(visit: Remembered | None, name: str) -> Mapping[str, Any]:
    """Return what the last events of a name said, one over another."""
    steps: Iterable[dict[str, Any]] = () if visit is None else steps_of(visit.steps)
    said: dict[str, Any] = {}
    for each in steps:
        data = each.get("data")
        if each.get("name") == name and isinstance(data, dict):
            said |= {key: value for key, value in data.items() if isinstance(value, str | bool)}
    return said


def _id(ids: Mapping[str, Any], name: str) -> str | None:
    found = ids.get(name)
    return found if isinstance(found, str) and _ID.fullmatch(found) else None
