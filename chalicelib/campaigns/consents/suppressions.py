"""Do-not-call lists: of an account, of one professional, of one campaign. Pure.

A number is on a list by itself, which holds from the next attempt on, or all that begin alike are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.directory.identity import siren_is_valid
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from datetime import datetime

ACCOUNT: Final = "account"
MOST_PREFIXES: Final = 500
_PREFIX: Final = re.compile(r"\+[1-9][0-9]{2,13}\*")
_CAMPAIGN: Final = re.compile(r"[\w-]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """Somebody who is not to be rung. `number` is None once they had themselves erased.

    `scope` says by whom: `account`, `siren:732829320`, `campaign:camp_1`; `by` who listed them.
    """

    person: str
    scope: str
    since: datetime
    number: str | None
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """That somebody was put on a list, or taken off it: when, by whom (a key's id), and why."""

    at: datetime
    scope: str
    released: bool = False
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """All numbers that begin alike: `+33899*`."""

    pattern: str
    scope: str
    since: datetime
    reason: str = ""

    def covers(self, number: str) -> bool:
        """Say whether a number (E.164) begins so."""
        return number.startswith(self.pattern[:-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefixes:
    """An account's, at a version."""

    account_id: str
    entries: tuple[Prefix, ...] = ()
    version: int = 0

    def added(self, prefix: Prefix) -> Prefixes:
        """Return them with one more; one that is there stays as it is. Raises Rejected."""
        if any(_same(each, prefix.pattern, prefix.scope) for each in self.entries):
            return self
        if len(self.entries) == MOST_PREFIXES:
            reason = f"{MOST_PREFIXES} are the most"
            raise Rejected("too many prefixes", faults=(Fault("/number", reason),))
        return replace(self, entries=(*self.entries, prefix))

    def without(self, pattern: str, scope: str) -> Prefixes:
        """Return them without one."""
        left = tuple(each for each in self.entries if not _same(each, pattern, scope))
        return replace(self, entries=left)

    def of(self, number: str) -> tuple[Prefix, ...]:
        """Return those that a number is on."""
        return tuple(each for each in self.entries if each.covers(number))


def _same(each: Prefix, pattern: str, scope: str) -> bool:
    return (each.pattern, each.scope) == (pattern, scope)


def holds(scope: str, siren: str, campaign_id: str) -> bool:
    """Say whether a list keeps a professional's campaign from ringing.

    >>> holds("account", "732829320", "camp_1"), holds("campaign:camp_2", "732829320", "camp_1")
    (True, False)
    """
    return scope in (ACCOUNT, f"siren:{siren}", f"campaign:{campaign_id}")


def scope_of(siren: str | None, campaign_id: str | None) -> str:
    """Return whose list is meant: the account's if nothing is said. Raises Rejected."""
    if siren is not None and campaign_id is not None:
        reason = "a list is a professional's or a campaign's: send one of them"
        raise Rejected("whose list is it?", faults=(Fault("/campaign", reason),))
    if siren is not None:
        if not siren_is_valid(siren):
            reason = "not a SIREN: nine digits, the last one a check digit"
            raise Rejected("no such professional", faults=(Fault("/siren", reason),))
        return f"siren:{siren}"
    if campaign_id is not None:
        if not _CAMPAIGN.fullmatch(campaign_id):
            raise Rejected("no such campaign", faults=(Fault("/campaign", "not an id of one"),))
        return f"campaign:{campaign_id}"
    return ACCOUNT


def is_prefix(written: str) -> bool:
    """Say whether all numbers that begin so are meant. Raises Rejected.

    >>> is_prefix("+33899*"), is_prefix("+33612345678")
    (True, False)
    """
    if not written.endswith("*"):
        return False
    if not _PREFIX.fullmatch(written):
        reason = "the first digits of numbers, at least three, with their country: +33899*"
        raise Rejected("not the beginning of numbers", faults=(Fault("/number", reason),))
    return True
