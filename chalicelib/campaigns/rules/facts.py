"""What a decision is made of: the campaign, the person, and what has happened between them. Pure.

Whoever asks gathers the facts as they are known at the instant that is asked about. Instants have
an offset; people are known here by their number, professionals by an id (in France a SIREN).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime


class Purpose(StrEnum):
    """Why people are rung."""

    COMMERCIAL = "commercial"
    CONTRACT = "contract"  # within a running contract, about something that has to do with it
    SERVICE = "service"
    SURVEY = "survey"
    CALLBACK = "callback"  # they asked for it


# Whether a purpose is selling, where the campaign does not say. A survey that sells is none.
_SELLS: Final = frozenset({Purpose.COMMERCIAL, Purpose.CONTRACT, Purpose.CALLBACK})


class Mode(StrEnum):
    """How calls are dialled."""

    MANUAL = "manual"
    PREVIEW = "preview"
    PROGRESSIVE = "progressive"
    POWER = "power"
    PREDICTIVE = "predictive"
    AGENTLESS = "agentless"  # a recorded or synthetic voice speaks

    @property
    def is_automated(self) -> bool:
        """Tell whether a machine dials: CPCE L32; progressive counts, preview does not."""
        return self not in _BY_HAND


_BY_HAND: Final = frozenset({Mode.MANUAL, Mode.PREVIEW})


class Audience(StrEnum):
    """In which capacity somebody is rung."""

    CONSUMER = "consumer"
    PROFESSIONAL = "professional"  # a person, at work
    COMPANY = "company"  # a switchboard: nobody in particular


class Sector(StrEnum):
    """What is offered, where a law singles it out."""

    OTHER = "other"
    ENERGY_SAVING = "energy-saving"  # equipment or works for homes
    RENEWABLE_ENERGY = "renewable-energy"
    HOME_ADAPTATION = "home-adaptation"  # to age or disability
    TRAINING_ACCOUNT = "training-account"  # paid from the compte personnel de formation
    PRESS = "press"  # newspapers and magazines
    CLAIMS = "claims"  # claims management (United Kingdom)
    PENSIONS = "pensions"  # occupational and personal pension schemes (United Kingdom)


class Register(StrEnum):
    """A list of people who are not to be rung."""

    OWN = "own"  # of the account or the professional, whatever country
    BLOCTEL = "bloctel"
    TPS = "tps"
    CTPS = "ctps"
    US_NATIONAL = "us-national"
    US_STATE = "us-state"


class Covers(StrEnum):
    """What somebody agreed to: a box each, never ticked beforehand."""

    PHONE = "phone"
    AUTOMATON = "automaton"  # calls that a machine speaks, or places (United States)
    OUTSIDE_HOURS = "outside-hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Professional:
    """The business on whose behalf people are rung."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The number that people see; None if it is withheld.

    `entitled`: the professional holds it, or whoever does has agreed. `answers`: whoever rings it
    reaches them. `rung`: how many different numbers this system rang in thirty days, `sent` and
    `received` its calls in that time, where they are known.
    """

    number: str | None
    entitled: bool
    answers: bool
    rung: int | None = None
    sent: int | None = None
    received: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """What people are rung for, and how.

    `object` says what is offered, precisely, as people agreed to it. `contract_objects` are the
    objects of the contracts that it relies on, `link` says what it has to do with them; without
    both it relies on none. `country` names the law.
    """

    professional: Professional
    purpose: Purpose
    object: str
    mode: Mode
    shown: Shown
    country: str = "FR"
    sector: Sector = Sector.OTHER
    sells: bool | None = None
    link: str = ""
    contract_objects: tuple[str, ...] = ()

    @property
    def is_selling(self) -> bool:
        """Tell whether something is sold: as the campaign says, else by its purpose."""
        return self.purpose in _SELLS if self.sells is None else self.sells


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Whom to ring. What is empty, the number tells.

    `zone` is where this person is known to be. `list_zone` is the list's: of those whose number
    does not tell.
    """

    number: str
    audience: Audience = Audience.CONSUMER
    zone: str = ""
    list_zone: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """That somebody agreed; `captured_at` is None if that cannot be read."""

    id: str
    professional: str
    object: str
    captured_at: datetime | None
    covers: frozenset[Covers] = frozenset({Covers.PHONE})
    expires_at: datetime | None = None  # earlier than the law has it
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """A contract between the person and a professional, about something, and what proves it."""

    id: str
    professional: str
    began_at: datetime
    ended_at: datetime | None = None
    object: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Somebody asked to be rung, about something. In a slot that they chose, if there is one.

    A call that they answer uses it up.
    """

    id: str
    professional: str
    object: str
    at: datetime
    proof: str = ""
    opens: datetime | None = None
    closes: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A call that was placed, or tried; `selling` is what D223-9 counts.

    `answered`: they spoke. What it was about, if that is known.
    """

    professional: str
    at: datetime
    selling: bool = True
    abandoned: bool = False  # it was answered, and nobody was there
    answered: bool = False
    object: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Somebody said no to an offer, in a conversation."""

    professional: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """Somebody wants no more such calls, said by any means; about everything, or one object.

    Without a professional, of anybody whom the account rings for.
    """

    at: datetime
    professional: str = ""
    object: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The person is on a register; an own list may be of one professional, or of sales only."""

    register: Register
    professional: str = ""
    only_selling: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The list was compared with a register."""

    register: Register
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What has happened between a person and the professional, in any campaign.

    `ledger` says which line of the ledger of consents was the last, and its seal: it is kept.
    """

    consents: tuple[Consent, ...] = ()
    contracts: tuple[Contract, ...] = ()
    requests: tuple[Request, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    listed: tuple[Listed, ...] = ()
    checked: tuple[Checked, ...] = ()
    ledger: str = ""
