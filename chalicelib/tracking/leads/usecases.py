"""People put together from what they do, and what their owners say of them.

Every function takes the account that is acted for; another account's lead is NotFound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypedDict

from chalicelib.kernel.errors import Conflict, Fault, NotFound, Rejected, Stale
from chalicelib.tracking.leads import leads as rules
from chalicelib.tracking.leads.leads import Lead, are_apart, itself, merged, with_interaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from chalicelib.tracking.leads.leads import Interaction, Stage
    from chalicelib.tracking.leads.ports import Leads

# Two calls of one person that end at once meet at their lead; a third time is rare.
ATTEMPTS: Final = 6


class LeadChanges(TypedDict, total=False):
    """What its owner may say of a lead: only what is there is touched."""

    name: str | None
    email: str | None
    number: str | None
    note: str | None
    stage: Stage
    said_qualified: bool | None
    said_cents: int | None


@dataclass(frozen=True, slots=True)
class Noted:
    """A lead that somebody did something new for it; `created` by it, `changed` at all."""

    lead: Lead
    created: bool
    changed: bool


def note(
    interaction: Interaction,
    *,
    account_id: str,
    new_id: Callable[[], str],
    store: Leads,
    about: LeadChanges | None = None,
) -> Noted:
    """Add what somebody did to their lead, a new one if nothing is known of them; idempotent.

    Leads that prove to be one person become one, the older of them, unless they were told apart.
    `about` is what the person said of themselves; it never replaces what is there.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return _noted(interaction, account_id, new_id, store, about or {})
        except Conflict:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("unreachable")


def take_out(interaction_id: str, *, account_id: str, store: Leads) -> None:
    """Take what proved to be no contact (spam) out of its lead; a lead of nothing else goes."""

    def changed(lead: Lead) -> Lead:
        return rules.without(lead, interaction_id)

    _correct(itself(interaction_id), changed, account_id, store)


def forget_visit(visit_id: str, *, account_id: str, store: Leads) -> None:
    """Forget what a lead says of a visit that took its consent back."""

    def changed(lead: Lead) -> Lead:
        return rules.without_visit(lead, visit_id)

    _correct(rules.by_visit(visit_id), changed, account_id, store)


def done(account_id: str, interaction_id: str, store: Leads) -> tuple[Lead, Interaction]:
    """Return something that somebody did, and whose lead they are. Raises NotFound."""
    name = itself(interaction_id)
    owners = store.find(account_id, [name])
    lead = store.leads(account_id, owners.values()).get(owners.get(name, ""))
    did = None if lead is None else lead.interaction(interaction_id)
    if lead is None or did is None:
        raise NotFound("no such interaction", interaction_id=interaction_id)
    return lead, did


def edit(
    changes: LeadChanges, *, account_id: str, lead_id: str, version: int, store: Leads
) -> Lead:
    """Change what is said of a lead; once, if it is asked for twice. Raises Stale."""
    lead = store.lead(account_id, lead_id)
    changed = replace(lead, **changes)
    if lead.version == version + 1 and changed == lead:
        return lead
    _check_seen(lead, version)
    return _save(changed, store=store)


def merge(account_id: str, lead_id: str, other_id: str, *, version: int, store: Leads) -> Lead:
    """Make one lead of two, by hand: also of two that were told apart. Raises Stale.

    Asked for twice, it is done once.
    """
    lead = store.lead(account_id, lead_id)
    try:
        other = store.lead(account_id, other_id)
    except NotFound:
        raise Rejected("no such lead", faults=(Fault("/lead_id", "no lead of yours"),)) from None
    if lead.version == version + 1 and other.id == lead.id and other_id in lead.merged:
        return lead
    _check_seen(lead, version)
    if other.id == lead.id:
        raise Rejected("a lead is itself already", faults=(Fault("/lead_id", "the same lead"),))
    one = merged(lead, other)
    one = replace(one, apart=one.apart - {lead.id, other.id})
    return _save(one, replace(other, merged_into=lead.id), store=store)


def split(
    account_id: str,
    lead_id: str,
    interactions: Sequence[str],
    *,
    version: int,
    new_id: str,
    store: Leads,
) -> tuple[Lead, Lead]:
    """Take interactions into a lead of their own, which is somebody else from then on.

    Asked for twice, it is done once.
    """
    lead = store.lead(account_id, lead_id)
    if lead.version == version + 1:
        done = _split_before(lead, interactions, store)
        if done is not None:
            return lead, done
    _check_seen(lead, version)
    rest, new = rules.split(lead, interactions, new_id)
    moved = store.find(account_id, new.identities)
    store.save(rest, new, moved={name: moved.get(name, "") for name in new.identities})
    return replace(rest, version=rest.version + 1), replace(new, version=1)


def forget(account_id: str, lead_id: str, store: Leads) -> None:
    """Forget a lead. The calls stay in the log; a new one of the same person is a new lead."""
    store.delete(store.lead(account_id, lead_id))


def _correct(identity: str, change: Callable[[Lead], Lead], account_id: str, store: Leads) -> None:
    """Change the lead that an identity is of, and let go of the names that it loses."""
    for attempt in range(1, ATTEMPTS + 1):
        owners = store.find(account_id, [identity])
        lead = store.leads(account_id, owners.values()).get(owners.get(identity, ""))
        if lead is None:
            return
        new = change(lead)
        try:
            if not new.interactions:
                store.delete(lead)
                return
            if new != lead:
                store.save(new)
            store.let_go(lead, set(lead.identities) - set(new.identities) | {identity})
            return
        except Conflict:
            if attempt == ATTEMPTS:
                raise


def _noted(
    interaction: Interaction,
    account_id: str,
    new_id: Callable[[], str],
    store: Leads,
    about: LeadChanges,
) -> Noted:
    names = (itself(interaction.id), *interaction.identities)
    owners = store.find(account_id, names)
    found = store.leads(account_id, owners.values())
    known = {each.id: each for each in found.values()}
    home = found.get(owners.get(names[0], "")) or _oldest(known.values())
    lead = home or Lead(id=new_id(), account_id=account_id)
    joining = [each for each in known.values() if each.id != lead.id and not are_apart(lead, each)]
    for each in joining:
        lead = merged(lead, each)
    lead = _told(with_interaction(lead, interaction), about)
    new = {name for name in names if owners.get(name) not in found}
    if home is not None and lead == home and not new:
        return Noted(home, created=False, changed=False)
    mine = {lead.id, *(each.id for each in joining)}
    kept = {name for name in names if name not in new and found[owners[name]].id in mine}
    # Those that it had are written too: they are known as long after the last contact as it is.
    moved = {name: owners.get(name, "") for name in sorted(new | kept)}
    gone = (replace(each, merged_into=lead.id) for each in joining)
    store.save(lead, *gone, moved=moved)
    return Noted(replace(lead, version=lead.version + 1), created=home is None, changed=True)


def _oldest(leads: Iterable[Lead]) -> Lead | None:
    """Return the lead that reports have known longest."""
    return min(leads, key=lambda each: (each.first_at, each.id), default=None)


def _told(lead: Lead, about: LeadChanges) -> Lead:
    new: dict[str, Any] = {
        name: value for name, value in about.items() if getattr(lead, name) is None
    }
    return replace(lead, **new) if new else lead


def _check_seen(lead: Lead, version: int) -> None:
    if lead.version != version:
        raise Stale("the lead changed meanwhile", lead_id=lead.id)


def _split_before(lead: Lead, interactions: Sequence[str], store: Leads) -> Lead | None:
    """Return the lead that just these interactions were taken into, None if they were not."""
    owners = store.find(lead.account_id, map(itself, interactions))
    found = store.leads(lead.account_id, owners.values()).values()
    return next(
        (
            each
            for each in found
            if are_apart(lead, each) and {did.id for did in each.interactions} == set(interactions)
        ),
        None,
    )


def _save(*leads: Lead, store: Leads) -> Lead:
    try:
        store.save(*leads)
    except Conflict as error:
        raise Stale("changed meanwhile: load it again", **error.facts) from error
    return replace(leads[0], version=leads[0].version + 1)
