"""Destinations made and changed, their secrets kept apart; the log read, and sent from again.

Every function takes the account that the request acts for; another account's things are NotFound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypedDict

from chalicelib.kernel.errors import Conflict, Fault, NotFound, Rejected, Stale
from chalicelib.tracking.conversions import destinations as rules
from chalicelib.tracking.conversions.conversion import OPEN_AGAIN, State, conversion_id
from chalicelib.tracking.conversions.evidence import conversion_of
from chalicelib.tracking.conversions.telling import gather, lack

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.tracking.conversions.conversion import Entry
    from chalicelib.tracking.conversions.deeds import Deed
    from chalicelib.tracking.conversions.destinations import Destination, Network, Proof, Wanted
    from chalicelib.tracking.conversions.ports import Desk, Destinations, Vault
    from chalicelib.tracking.conversions.providers.provider import Provider, Request
    from chalicelib.tracking.conversions.words import Reason
    from chalicelib.tracking.leads.leads import Kind


class NotAgain(Conflict):
    """A conversion is on its way, or was taken: it is not sent again."""

    code = "not-again"


class DestinationChanges(TypedDict, total=False):
    """What may be changed of a destination: only what is there is touched."""

    name: str
    ids: Mapping[str, str]
    wanted: Wanted
    kinds: tuple[Kind, ...]
    value_cents: int | None
    currency: str
    proof: Proof
    consent_tag: str | None
    send_caller: bool
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be sent for a call: the requests without secrets, or why there is none."""

    requests: tuple[Request, ...] = ()
    not_before: datetime | None = None
    reason: Reason | None = None


def create_destination(
    destination: Destination,
    secrets: Mapping[str, str],
    *,
    store: Destinations,
    vault: Vault,
    providers: Mapping[Network, Provider],
) -> Destination:
    """Keep a new destination and its secrets. Raises Rejected with what is wrong with it."""
    provider = providers[destination.network]
    rules.check(destination, provider.ids)
    rules.check_secrets(secrets, provider.secrets)
    if _are_too_many(destination.account_id, store):
        reason = f"at most {rules.MOST_DESTINATIONS} destinations"
        raise Rejected("there are too many destinations", faults=(Fault("", reason),))
    vault.put(destination.id, secrets)
    return store.save_destination(replace(destination, secrets=provider.secrets))


def destination_of_account(
    account_id: str, destination_id: str, store: Destinations
) -> Destination:
    """Return an account's destination. Somebody else's, or an archived one, is NotFound."""
    destination = store.destination(destination_id)
    if destination.account_id != account_id or destination.archived_at is not None:
        raise NotFound("no such destination", destination_id=destination_id)
    return destination


def edit_destination(
    changes: DestinationChanges,
    secrets: Mapping[str, str],
    *,
    account_id: str,
    destination_id: str,
    version: int,
    store: Destinations,
    vault: Vault,
    providers: Mapping[Network, Provider],
) -> Destination:
    """Change a destination; secrets, if any are given, are given anew altogether. Raises Stale."""
    known = destination_of_account(account_id, destination_id, store)
    if known.version != version:
        raise Stale("the destination changed meanwhile", destination_id=destination_id)
    changed = replace(known, **changes)
    provider = providers[known.network]
    rules.check(changed, provider.ids)
    if secrets:
        rules.check_secrets(secrets, provider.secrets)
    saved = store.save_destination(changed)
    if secrets:
        vault.put(destination_id, secrets)
    return saved


def archive_destination(
    account_id: str, destination_id: str, *, now: datetime, store: Destinations, vault: Vault
) -> None:
    """Retire a destination and erase its secrets: nothing more is sent there."""
    known = destination_of_account(account_id, destination_id, store)
    vault.forget(destination_id)
    store.save_destination(replace(known, archived_at=now, secrets=()))


def resend(account_id: str, entry_id: str, desk: Desk) -> Entry:
    """Have a conversion sent that was not, from the call as it is now. Raises NotAgain.

    At once, or as soon as the network can know its click: one told too early is lost in silence.
    """
    entry = desk.log.entry(account_id, entry_id)
    destination = destination_of_account(account_id, entry.destination_id, desk.destinations)
    if entry.state not in OPEN_AGAIN:
        raise NotAgain("it is on its way or was taken", state=entry.state.value)
    now, provider = desk.clock(), desk.providers[destination.network]
    known = gather(desk.deed(account_id, entry.deed_id), desk)
    conversion = conversion_of(known, entry_id, destination, provider)
    at = max(now, provider.earliest(conversion, destination))
    saved = desk.log.save(replace(entry, state=State.WAITING, reason=None, next_at=at, tries=0))
    desk.queue.put(account_id, entry_id, at, now)
    return saved


def preview(deed: Deed, destination_id: str, desk: Desk) -> Preview:
    """Show what a destination would be told of a deed. Nothing is sent or stored."""
    destination = destination_of_account(deed.account_id, destination_id, desk.destinations)
    provider = desk.providers[destination.network]
    known = gather(deed, desk)
    entry_id = conversion_id(deed.id, destination.id)
    conversion = conversion_of(known, entry_id, destination, provider)
    reason = lack(conversion, known, destination, provider)
    if reason is not None:
        return Preview(reason=reason)
    return Preview(
        requests=provider.requests(conversion, destination),
        not_before=provider.earliest(conversion, destination),
    )


def _are_too_many(account_id: str, store: Destinations) -> bool:
    page = store.destinations(account_id, rules.MOST_DESTINATIONS)
    return len(page.items) >= rules.MOST_DESTINATIONS
