"""Putting people on do-not-call lists, and taking them off. Pure but for its ports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from chalicelib.campaigns.consents.suppressions import (
    Listed,
    Prefix,
    Prefixes,
    Suppression,
    is_prefix,
    scope_of,
)
from chalicelib.kernel import phone
from chalicelib.kernel.errors import Conflict, Fault, NotFound, Rejected, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chalicelib.campaigns.consents.ports import Desk

ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class Done:
    """What became of many numbers. Each refused one has its place, its field and why."""

    suppressed: int
    refused: tuple[dict[str, Any], ...]


def read_number(written: str) -> str:
    """Read a number. Raises Rejected, naming the field."""
    try:
        return phone.parse(written)
    except Rejected as error:
        fault = Fault("/number", error.message)
        raise Rejected("not a telephone number", faults=(fault,)) from None


def suppress(
    account_id: str,
    written: str,
    desk: Desk,
    *,
    siren: str | None = None,
    campaign: str | None = None,
    reason: str = "",
    by: str = "",
) -> Suppression | Prefix:
    """Put a number, or all that begin alike, on a list. It holds from the next attempt on."""
    scope, now = scope_of(siren, campaign), desk.clock()
    if is_prefix(written):
        prefix = Prefix(pattern=written, scope=scope, since=now, reason=reason)
        _change(account_id, lambda seen: seen.added(prefix), desk)
        return prefix
    number = read_number(written)
    entry = Suppression(
        person=desk.hashing.caller_hash(account_id, number),
        scope=scope,
        since=now,
        number=number,
        reason=reason,
        by=by,
    )
    desk.suppressions.suppress(account_id, [entry])
    return entry


def suppress_all(
    account_id: str,
    written: Iterable[str],
    desk: Desk,
    *,
    siren: str | None = None,
    campaign: str | None = None,
    reason: str = "",
    by: str = "",
) -> Done:
    """Put many numbers on a list: those that are numbers. Done again, it changes nothing."""
    scope, now = scope_of(siren, campaign), desk.clock()
    entries: dict[str, Suppression] = {}
    refused: list[dict[str, Any]] = []
    for row, each in enumerate(written):
        try:
            number = phone.parse(each)
        except Rejected as error:
            refused.append({"row": row, "field": "number", "reason": error.message})
            continue
        person = desk.hashing.caller_hash(account_id, number)
        entries[person] = Suppression(
            person=person, scope=scope, since=now, number=number, reason=reason, by=by
        )
    desk.suppressions.suppress(account_id, entries.values())
    return Done(len(entries), tuple(refused))


def release(
    account_id: str,
    written: str,
    desk: Desk,
    *,
    siren: str | None = None,
    campaign: str | None = None,
    by: str = "",
) -> None:
    """Take a number, or all that begin alike, off a list. Raises NotFound if it is not on it."""
    scope = scope_of(siren, campaign)
    if is_prefix(written):

        def change(seen: Prefixes) -> Prefixes:
            left = seen.without(written, scope)
            if left == seen:
                raise NotFound("it is not on this list")
            return left

        return _change(account_id, change, desk)
    person = desk.hashing.caller_hash(account_id, read_number(written))
    off = Listed(at=desk.clock(), scope=scope, released=True, by=by)
    return desk.suppressions.release(account_id, person, off)


def _change(account_id: str, change: Callable[[Prefixes], Prefixes], desk: Desk) -> None:
    for _ in range(ATTEMPTS):
        seen = desk.suppressions.prefixes(account_id)
        changed = change(seen)
        if changed == seen:
            return
        try:
            desk.suppressions.save_prefixes(changed)
        except Conflict:
            continue
        return
    raise Unavailable("too many change the prefixes at once")
