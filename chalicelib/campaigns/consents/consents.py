"""What somebody consented to, as it was asked of them, and what may be asked of it. Pure.

One consent is for one professional and one precise object (C. conso L223-1 and R223-1 ff., decree
2026-662, in force 11 August 2026). It is never changed: a withdrawal is another line of the ledger.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

# C. conso R223-1 ff. (decree 2026-662): a consent is good for one year at most, and is not renewed
# in silence. Its anniversary itself is still good.
LASTS: Final = timedelta(days=365)
# The same: proof is kept for at least three years from the collection. Ours: from the end.
PROVABLE: Final = timedelta(days=3 * 365)
KEPT: Final = LASTS + PROVABLE


class Channel(StrEnum):
    """By what means somebody may be solicited: each has a box of its own."""

    PHONE = "phone"
    AUTOMATON = "automaton"  # a call in which a machine speaks (CPCE L34-5)
    SMS = "sms"
    EMAIL = "email"


class Means(StrEnum):
    """By what means somebody said so: that they consent, or that they don't any more."""

    WEB = "web"
    PAPER = "paper"
    CALL = "call"
    SHOP = "shop"
    SMS = "sms"
    EMAIL = "email"
    KEY = "key"  # a key pressed during a call
    WORD = "word"  # a word said during a call
    AGENT = "agent"
    LINK = "link"  # on the page that shows the proof
    LETTER = "letter"
    API = "api"


@dataclass(frozen=True, slots=True, kw_only=True)
class Professional:
    """On whose behalf somebody is rung."""

    siren: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where the proof is: a file or a record of the professional's, and what it was then."""

    reference: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What was asked and said. `text` is what was shown, word for word.

    `collector` asked for the professional, if it was not the professional itself. `outside_hours`:
    a box of its own says that calls outside the hours of the law are welcome (D223-9). `typed`:
    into a page, by whoever it was; no code showed that the number is theirs. `until`: the text
    promised less than a year.
    """

    id: str
    professional: Professional
    object: str
    text: str
    captured_at: datetime
    means: Means
    covers: frozenset[Channel]
    collector: str | None = None
    outside_hours: bool = False
    confirmed: bool = False  # by a code sent to the number
    evidence: Evidence | None = None
    typed: bool = False
    until: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        """The last instant at which it is good."""
        year = self.captured_at + LASTS
        return year if self.until is None else min(year, self.until)

    @property
    def is_proven(self) -> bool:
        """Say whether more than somebody's word speaks for it: only then it revokes a refusal."""
        return self.confirmed or (self.evidence is not None and not self.typed)

    @property
    def text_hash(self) -> str:
        """What tells one text shown from any other: SHA-256, in hexadecimal."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def basis(self) -> str:
        """What makes it this consent and no other: recorded twice, it is one."""
        parts = (
            self.professional.siren,
            self.object,
            self.text_hash,
            self.captured_at.astimezone(UTC).isoformat(),
            ",".join(sorted(self.covers)),
            str(self.outside_hours),
            *(() if self.until is None else (self.until.astimezone(UTC).isoformat(),)),
        )
        return "\n".join(parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Somebody does not want it any more. `siren` None: of anybody whom the account rings for.

    `ref` is the outside world's name of it (a message's, a call's): told twice, it is one.
    """

    at: datetime
    means: Means
    siren: str | None = None
    ref: str | None = None

    def ends(self, consent: Consent) -> bool:
        """Say whether it ends a consent: one given before, at the same instant, or unproven.

        Anybody can say that somebody changed their mind (C. conso L223-1, third paragraph).
        """
        mine = self.siren in (None, consent.professional.siren)
        return mine and (consent.captured_at <= self.at or not consent.is_proven)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Somebody had themselves erased. What the proof needs stays for three years more."""

    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Somebody looked at the proof of a consent."""

    at: datetime
    consent_id: str
    by: str  # `link`, or the key of who asked
    form: str  # `page`, `pdf`, `json`


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """What speaks for a consent and was told later than it was."""

    at: datetime
    consent_id: str
    evidence: Evidence | None = None
    collector: str | None = None
    confirmed: bool = False

    def on(self, consent: Consent) -> Consent:
        """Return a consent with it. What was said first stays, but for a page's own word."""
        first = None if consent.typed and self.evidence is not None else consent.evidence
        return replace(
            consent,
            evidence=first or self.evidence,
            typed=consent.typed and self.evidence is None and not self.confirmed,
            collector=consent.collector or self.collector,
            confirmed=consent.confirmed or self.confirmed,
        )


Told = Consent | Withdrawal | Erasure | Access | Supplement


class Status(StrEnum):
    """What a consent is good for at an instant; checked in this order, whatever is first holds."""

    WITHDRAWN = "withdrawn"
    NOT_YET = "not_yet"
    EXPIRED = "expired"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's consents and withdrawals, all there ever were and are still kept.

    `erased_at`: they had themselves erased, which ends every consent until then.
    """

    consents: tuple[Consent, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    erased_at: datetime | None = None

    def ended(self, consent: Consent) -> Withdrawal | None:
        """Return the first withdrawal that ended a consent."""
        ends = (each for each in self.withdrawals if each.ends(consent))
        return min(ends, key=lambda each: each.at, default=None)

    def ended_at(self, consent: Consent) -> datetime | None:
        """Return when a consent ended before its time."""
        withdrawal = self.ended(consent)
        ends = [] if withdrawal is None else [withdrawal.at]
        if self.erased_at is not None and (
            consent.captured_at <= self.erased_at or not consent.is_proven
        ):
            ends.append(self.erased_at)
        return min(ends, default=None)

    def status(self, consent: Consent, now: datetime) -> Status:
        """Say what a consent is good for."""
        if self.ended_at(consent) is not None:
            return Status.WITHDRAWN
        if consent.captured_at > now:
            return Status.NOT_YET
        return Status.VALID if now <= consent.expires_at else Status.EXPIRED

    def valid(self, now: datetime) -> tuple[Consent, ...]:
        """Return the consents that are good."""
        return tuple(each for each in self.consents if self.status(each, now) is Status.VALID)

    def refused(self, siren: str) -> datetime | None:
        """Return when they last withdrew from a professional without consenting again since."""
        ends = [each.at for each in self.withdrawals if each.siren in (None, siren)]
        if self.erased_at is not None:
            ends.append(self.erased_at)
        last = max(ends, default=None)
        given = (each for each in self.consents if each.professional.siren == siren)
        since = (each for each in given if each.is_proven)
        if last is None or any(each.captured_at > last for each in since):
            return None
        return last


def newest_first(consents: Iterable[Consent]) -> list[Consent]:
    """Order consents as people read them."""
    return sorted(consents, key=lambda each: (each.captured_at, each.id), reverse=True)
