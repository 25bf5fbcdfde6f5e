"""What owners tell of leads, and ask of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from chalicelib.kernel.errors import Fault, NotFound, Rejected
from chalicelib.tracking.leads import comparing, contacts, qualifying
from chalicelib.tracking.leads.contacts import Hashes, plain_email
from chalicelib.tracking.leads.projecting import put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.tracking.attribution.comparing import Compared
    from chalicelib.tracking.attribution.crediting import Terms
    from chalicelib.tracking.leads.comparing import By, ModelName
    from chalicelib.tracking.leads.contacts import Contact
    from chalicelib.tracking.leads.leads import Lead
    from chalicelib.tracking.leads.ports import Leads, Qualities
    from chalicelib.tracking.leads.projecting import Desk
    from chalicelib.tracking.leads.qualifying import Quality, Rules
    from chalicelib.tracking.leads.usecases import Noted
    from chalicelib.tracking.sources import Source
    from chalicelib.tracking.visits.visits import Remembered


class Hashing(Protocol):
    """How people are known in indexes: by the account's own keyed hash."""

    def caller_hash(self, account_id: str, caller: str) -> str:
        """Return the account's hash of a number, or of another text."""


class Sources(Protocol):
    """What numbers stand for."""

    def source(self, source_id: str) -> Source:
        """Return a source, retired or not. Raises NotFound."""


class Log(Protocol):
    """The call log."""

    def load(self, account_id: str, call_id: str) -> Call:
        """Return an account's call. Raises NotFound."""


@dataclass(frozen=True, slots=True)
class Judging:
    """What judging a call takes: the log, what is said of calls, and to have it tracked again."""

    log: Log
    qualities: Qualities
    again: Callable[[str, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The same leads under two models."""

    leads: int
    lines: tuple[Compared, ...]


def take_contact(contact: Contact, account_id: str, *, desk: Desk, hashing: Hashing) -> Noted:
    """Put a form, a text or a chat to its lead; idempotent by its id."""
    visit = _visit(account_id, contact.visit_id, desk)
    judged = desk.judged(account_id, contacts.facts_of(contact))
    if contact.cents is not None and judged.rule is None:
        judged = replace(judged, cents=contact.cents)
    interaction = contacts.interaction_of(
        contact, _hashes(contact, account_id, hashing), visit, judged
    )
    return put(interaction, account_id, desk, about=contact.about)


def set_rules(rules: Rules, store: Qualities, sources: Sources) -> Rules:
    """Keep an account's rules. Raises Stale, or Rejected with what is wrong with them."""
    qualifying.check(rules.rules)
    _check_sources(rules, sources)
    return store.save_rules(rules)


def judge_call(account_id: str, call_id: str, quality: Quality | None, judging: Judging) -> Quality:
    """Keep what a person says a call is worth, or None: as rules say. Leads and reports follow."""
    call = judging.log.load(account_id, call_id)
    if quality is None:
        judging.qualities.take_back(account_id, call_id)
    else:
        judging.qualities.keep(account_id, call_id, quality, call.started_at, said=True)
    judging.again(account_id, call_id)
    return quality or qualifying.Quality(qualified=None)


def compare_models(
    account_id: str,
    one: ModelName,
    other: ModelName,
    *,
    since: datetime,
    until: datetime,
    by: By,
    terms: Terms,
    store: Leads,
) -> Comparison:
    """Set an account's leads of some days under two models. Raises Rejected for too many."""
    if until <= since:
        raise Rejected("the report is empty", faults=(Fault("/to", "before `from`"),))
    leads = list(_leads(account_id, since, store))
    lines = comparing.compare(leads, one, other, since=since, until=until, by=by, terms=terms)
    return Comparison(leads=len(comparing.won(leads, since, until)), lines=tuple(lines))


def _leads(account_id: str, since: datetime, store: Leads) -> Iterator[Lead]:
    """Yield leads that were last heard of since then: those won since then are among them."""
    after: str | None = None
    count = 0
    while True:
        page = store.page(account_id, 500, after, since)
        count += len(page.items)
        if count > comparing.MOST_LEADS:
            reason = f"over {comparing.MOST_LEADS} leads since then: ask for fewer days"
            raise Rejected("the report is too long", faults=(Fault("/from", reason),))
        yield from page.items
        if page.next is None:
            return
        after = page.next


def _visit(account_id: str, visit_id: str | None, desk: Desk) -> Remembered | None:
    if visit_id is None:
        return None
    try:
        return desk.visits.visit(account_id, visit_id)
    except NotFound:
        fault = Fault("/visit", "no visit of yours, or it was erased")
        raise Rejected("no such visit", faults=(fault,)) from None


def _check_sources(rules: Rules, sources: Sources) -> None:
    """Refuse rules of sources that are none of the account's: they never fit."""
    named = {each.source_id for each in rules.rules if each.source_id is not None}
    unknown = {each for each in named if not _is_source(rules.account_id, each, sources)}
    faults = tuple(
        Fault(f"/rules/{at}/source_id", "no source of yours")
        for at, each in enumerate(rules.rules)
        if each.source_id in unknown
    )
    if faults:
        raise Rejected("the rules cannot be kept so", faults=faults)


def _is_source(account_id: str, source_id: str, sources: Sources) -> bool:
    """Say whether it is one of the account's: also one that was retired, whose calls are known."""
    try:
        return sources.source(source_id).account_id == account_id
    except NotFound:
        return False


def _hashes(contact: Contact, account_id: str, hashing: Hashing) -> Hashes:
    return Hashes(
        caller=contact.number and hashing.caller_hash(account_id, contact.number),
        email=contact.email
        and hashing.caller_hash(account_id, f"email:{plain_email(contact.email)}"),
    )
