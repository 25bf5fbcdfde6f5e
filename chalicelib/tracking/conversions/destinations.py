"""Where conversions go: an account at an advertising network, and which calls are worth telling it.

Pure. Secrets are not here: of them only the names are known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.tracking.leads.leads import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

MOST_DESTINATIONS: Final = 50
LONGEST_SECRET: Final = 1_500
# All secrets of a destination are one parameter of at most 4 KB.
LONGEST_SECRETS: Final = 3_500
_SECRET: Final = re.compile(r"[!-~]+")
_UNSENDABLE: Final = f"no secret: up to {LONGEST_SECRET} characters, without spaces"


class Network(StrEnum):
    """Who is told."""

    GA4 = "ga4"
    GOOGLE_ADS = "google-ads"
    DATA_MANAGER = "google-data-manager"
    MICROSOFT_ADS = "microsoft-ads"
    META = "meta"


class Proof(StrEnum):
    """What counts as the visitor's consent to this use.

    TOLD: the site said so of this very use. VISIT: the account declares that its site asks for it
    in the same breath as for the visit's being followed; whoever said no is still not told of.
    """

    TOLD = "told"
    VISIT = "visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which calls count: those of which any of these is true."""

    qualified: bool = True
    min_seconds: int | None = None  # of conversation
    tags: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Say whether no call could ever count."""
        return not self.qualified and self.min_seconds is None and not self.tags


@dataclass(frozen=True, slots=True)
class IdField:
    """An id that a network needs: how it is written, and where people find it."""

    pattern: str
    example: str
    required: bool = True

    def fits(self, text: str) -> bool:
        """Say whether a text may be one."""
        return re.fullmatch(self.pattern, text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A destination of an account's. `value_cents` is for calls that have no value of their own.

    `kinds`: calls alone, unless it is said otherwise: a site's own tag may count its forms already.
    `send_caller`: the caller's number is sent along, hashed, so that the network can match it.
    `consent_tag`: a tag of the call by which its flow says that the caller agreed.
    """

    id: str
    account_id: str
    name: str
    network: Network
    ids: Mapping[str, str]
    created_at: datetime
    wanted: Wanted = field(default_factory=Wanted)
    kinds: tuple[Kind, ...] = (Kind.CALL,)
    value_cents: int | None = None
    currency: str = "EUR"
    proof: Proof = Proof.TOLD
    consent_tag: str | None = None
    send_caller: bool = False
    paused: bool = False
    secrets: tuple[str, ...] = ()
    archived_at: datetime | None = None
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Say whether anything is sent there now."""
        return self.archived_at is None and not self.paused


def check(destination: Destination, fields: Mapping[str, IdField]) -> Destination:
    """Return a destination that can be told. Raises Rejected with every fault."""
    faults = (*_wrong_ids(destination.ids, fields), *_wrong_wishes(destination))
    if faults:
        raise Rejected("nothing could be sent to this destination", faults=faults)
    return destination


def check_secrets(given: Mapping[str, str], names: tuple[str, ...]) -> None:
    """Refuse secrets that are missing, unknown or unsendable; they are not quoted."""
    faults = [
        *(Fault(_at(name), "not a secret of this network") for name in given.keys() - {*names}),
        *(Fault(_at(name), "missing") for name in names if name not in given),
        *(Fault(_at(name), _UNSENDABLE) for name, text in given.items() if not _can_be_one(text)),
    ]
    if sum(map(len, given.values())) > LONGEST_SECRETS:
        faults.append(Fault("/secrets", "too long altogether"))
    if faults:
        raise Rejected("the secrets are not those of this network", faults=tuple(faults))


def _at(name: str) -> str:
    return f"/secrets/{name}"


def _can_be_one(text: str) -> bool:
    return len(text) <= LONGEST_SECRET and _SECRET.fullmatch(text) is not None


def _wrong_ids(ids: Mapping[str, str], fields: Mapping[str, IdField]) -> Iterator[Fault]:
    for name in ids.keys() - fields.keys():
        yield Fault(f"/ids/{name}", f"not an id of this network: it has {', '.join(fields)}")
    for name, each in fields.items():
        if name not in ids:
            if each.required:
                yield Fault(f"/ids/{name}", f"missing: such as {each.example}")
        elif not each.fits(ids[name]):
            yield Fault(f"/ids/{name}", f"not as the network writes it: such as {each.example}")


def _wrong_wishes(destination: Destination) -> Iterator[Fault]:
    if not destination.kinds:
        yield Fault("/kinds", "nothing would ever count")
    elif not destination.wanted.qualified and Kind.CALL not in destination.kinds:
        yield Fault("/calls/qualified", "nothing that was written would ever count without it")
    if destination.wanted.is_nothing:
        yield Fault("/calls", "no call would ever count: qualified, min_seconds or tags")
