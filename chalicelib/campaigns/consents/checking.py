"""What a consent must be to be one: every fault is found, and names its field. Pure.

C. conso L223-1: a manifestation of will that is free, specific, informed and unequivocal, by a
clear positive act; R223-1 ff. (decree 2026-662): the professional, the precise object, a box for
each channel, never ticked beforehand, never for "our partners".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.consents.consents import KEPT, LASTS, Channel, Consent
from chalicelib.campaigns.consents.words import is_vague, names_others, tidy
from chalicelib.directory.identity import siren_is_valid
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from chalicelib.campaigns.consents.consents import Evidence, Means, Professional

SHORTEST_OBJECT: Final = 10
SHORTEST_TEXT: Final = 30


class NoConsent(Rejected):
    """What was sent is not a consent that the law knows."""

    code = "no-consent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What somebody says that somebody consented to."""

    professional: Professional
    object: str
    text: str
    captured_at: datetime
    means: Means
    covers: tuple[Channel, ...]
    collector: str | None = None
    outside_hours: bool = False
    confirmed: bool = False
    evidence: Evidence | None = None
    ticked_beforehand: bool = False
    typed: bool = False
    until: datetime | None = None

    def consent(self, consent_id: str = "") -> Consent:
        """Return it as a consent."""
        return Consent(
            id=consent_id,
            professional=self.professional,
            object=tidy(self.object),
            text=self.text,
            captured_at=self.captured_at,
            means=self.means,
            covers=frozenset(self.covers),
            collector=self.collector,
            outside_hours=self.outside_hours,
            confirmed=self.confirmed,
            evidence=self.evidence,
            typed=self.typed,
            until=self.until,
        )


def check(captured: Captured, now: datetime) -> Captured:
    """Return it; raises NoConsent, naming all that is wrong with it."""
    faults = tuple(faults_of(captured, now))
    if faults:
        raise NoConsent("this is no consent to be rung", faults=faults)
    return captured


def faults_of(captured: Captured, now: datetime) -> Iterator[Fault]:
    """Yield what is wrong with it."""
    if not siren_is_valid(captured.professional.siren):
        reason = "not a SIREN: nine digits, the last one a check digit"
        yield Fault("/professional/siren", reason)
    if names_others(captured.professional.name):
        yield Fault("/professional/name", "one professional, not partners or a network")
    yield from _object_faults(captured.object)
    if len(captured.text.strip()) < SHORTEST_TEXT:
        yield Fault("/text", "the text that was shown, word for word: it is what proves")
    if not captured.covers:
        yield Fault("/covers", "no channel: a consent is for one at least")
    elif len(set(captured.covers)) < len(captured.covers):
        yield Fault("/covers", "a channel is named twice: each has one box")
    if captured.ticked_beforehand:
        yield Fault("/ticked_beforehand", "a box that was ticked beforehand is no consent")
    if captured.outside_hours and Channel.PHONE not in captured.covers:
        yield Fault("/outside_hours", "hours are of telephone calls, which this does not cover")
    yield from time_faults(captured.captured_at, now, "/captured_at")
    yield from _until_faults(captured)


def time_faults(at: datetime, now: datetime, pointer: str) -> Iterator[Fault]:
    """Yield why nothing of which proof is kept happened at an instant."""
    if at > now:
        yield Fault(pointer, "this is to come: say when it was")
    elif at < now - KEPT:
        yield Fault(pointer, "over four years ago: no proof is kept so long")


def _until_faults(captured: Captured) -> Iterator[Fault]:
    lasts = LASTS if captured.until is None else captured.until - captured.captured_at
    if lasts <= timedelta(0):
        yield Fault("/expires_at", "this is not after it was given")
    elif lasts > LASTS:
        yield Fault("/expires_at", "a consent is good for a year at most: 365 days")


def _object_faults(text: str) -> Iterator[Fault]:
    if not text.strip():
        yield Fault("/object", "say what they are rung about")
    elif len(text.strip()) < SHORTEST_OBJECT or is_vague(text):
        yield Fault("/object", "too vague: name the product or service that they are rung about")
    elif names_others(text):
        yield Fault("/object", "a consent is never for partners or a network")
