"""Whether a campaign can be as it is written: every fault at once, each with its field. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.campaign import Machines
from chalicelib.campaigns.consents.checking import SHORTEST_OBJECT
from chalicelib.campaigns.consents.words import is_vague, names_others
from chalicelib.campaigns.contacts import segments
from chalicelib.campaigns.days import Days
from chalicelib.campaigns.lawful import law_faults, line_answers, seen_by_law
from chalicelib.campaigns.pacing.modes import MOST_RATIO, Mode
from chalicelib.campaigns.pacing.outcomes import OVER
from chalicelib.campaigns.rules import LAWS, Purpose
from chalicelib.campaigns.scripts import MOST_FIELDS
from chalicelib.directory.identity import siren_is_valid
from chalicelib.kernel.errors import Fault, Rejected
from chalicelib.kernel.telling import EMAIL

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from datetime import datetime

    from chalicelib.campaigns.campaign import Plan
    from chalicelib.campaigns.contacts.contacts import ContactList
    from chalicelib.campaigns.contacts.segments import Segment
    from chalicelib.directory.lines import Line

# What proves that a purpose is one, by the fields of contacts that must say it.
_PROVEN_BY: Final[Mapping[Purpose, tuple[str, ...]]] = {
    Purpose.CONTRACT: ("contract", "contract_began"),
    Purpose.CALLBACK: ("request", "request_at"),
}
# What none goes without, if there is the other.
_TOGETHER: Final = (("contract", "contract_began"), ("request", "request_at"))


class NoCampaign(Rejected):
    """What was sent is no campaign that could be rung."""

    code = "no-campaign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What there is of the things that a plan names; None or False is what there is not.

    `said` and `left` are the fields of contacts that the flow and the message say, and where.
    """

    people: ContactList | None
    line: Line | None
    call_back: Line | None
    queues: Collection[str]
    flow: bool
    message: bool
    said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def check(plan: Plan, around: Around, at: datetime) -> Plan:
    """Return it; raises NoCampaign, naming all that is wrong with it at an instant."""
    faults = tuple(fault for each in _CHECKS for fault in each(plan, around, at))
    if faults:
        raise NoCampaign("this is no campaign to be rung", faults=faults)
    return plan


def segment_of(plan: Plan, people: ContactList) -> Segment | None:
    """Return whom of the list is meant; None is everybody. Raises Rejected."""
    if not plan.segment:
        return None
    line = people.segments.get(plan.segment, plan.segment)
    return segments.parse(line, people.fields)


def _who_and_what(plan: Plan, around: Around, at: datetime) -> Iterator[Fault]:
    if not siren_is_valid(plan.professional.siren):
        reason = "not a SIREN: nine digits, the last one a check digit"
        yield Fault("/professional/siren", reason)
    if names_others(plan.professional.name):
        yield Fault("/professional/name", "one professional, not partners or a network")
    if not plan.object.strip():
        yield Fault("/object", "say what people are rung about")
    elif seen_by_law(plan, None).is_selling:
        yield from _object_faults(plan.object)
    if plan.purpose is Purpose.COMMERCIAL and plan.sells is False:
        yield Fault("/sells", "whatever is commercial sells: take another purpose")
    if plan.country not in LAWS:
        yield Fault("/country", f"no law is known but of {', '.join(LAWS)}")


def _contracts(plan: Plan, around: Around, at: datetime) -> Iterator[Fault]:
    objects = [each for each in plan.contract_objects if each.strip()]
    if plan.purpose is Purpose.CONTRACT and not plan.link.strip():
        yield Fault("/link", "say what the call has to do with the contract")
    if (plan.purpose is Purpose.CONTRACT or plan.link.strip()) and not objects:
        yield Fault("/contract_objects", "name the objects of the contracts that it relies on")
    if len(objects) > 1 and not plan.columns.contract_object:
        yield Fault("/columns/contract_object", "name the field of contacts that says which it is")


def _object_faults(text: str) -> Iterator[Fault]:
    if len(text.strip()) < SHORTEST_OBJECT or is_vague(text):
        yield Fault("/object", "too vague: name the product or service, as people agreed to it")
    elif names_others(text):
        yield Fault("/object", "of one professional, never of partners or a network")


def _whom(plan: Plan, around: Around, at: datetime) -> Iterator[Fault]:
    people = around.people
    if people is None:
        yield Fault("/list_id", "no such list of contacts")
    else:
        try:
            segment_of(plan, people)
        except Rejected as error:
            yield from error.faults
    said = {
        name: getattr(plan.columns, name) for name in (each.name for each in fields(plan.columns))
    }
    for name, column in said.items():
        if column and people is not None and column not in people.fields:
            yield Fault(f"/columns/{name}", f"no contact of the list has a field `{column}`")
    needed = set(_PROVEN_BY.get(plan.purpose, ()))
    for both in _TOGETHER:
        needed |= set(both) if any(said[name] for name in both) else set()
    for name in sorted(needed):
        if not said[name]:
            yield Fault(f"/columns/{name}", "name the field of contacts that says it")


def _heard(plan: Plan, around: Around, at: datetime) -> Iterator[Fault]:
    if plan.speaks:
        if plan.queue:
            yield Fault("/queue", "nobody answers in the mode `agentless`: a flow speaks")
        if plan.flow is None:
            yield Fault("/flow", "name the flow that speaks, and its version")
    else:
        if plan.flow is not None:
            yield Fault("/flow", "agents speak in this mode: name their `queue`")
        if not plan.queue:
            yield Fault("/queue", "name the queue whose agents speak")
    if plan.queue and plan.queue not in around.queues:
        yield Fault("/queue", "no such queue")
    if plan.flow is not None and not around.flow:
        yield Fault("/flow", "no such version of a flow is published")
    yield from _machine_faults(plan, around)


def _machine_faults(plan: Plan, around: Around) -> Iterator[Fault]:
    leaves = plan.machines is Machines.MESSAGE
    if leaves and plan.message is None:
        yield Fault("/message", "name the flow that speaks to machines, and its version")
    elif plan.message is not None and not leaves:
        yield Fault("/message", "machines are not spoken to: say `leave_message`")
    elif plan.message is not None and not around.message:
        yield Fault("/message", "no such version of a flow is published")


def _said(plan: Plan, around: Around, at: datetime) -> Iterator[Fault]:
    """Find what a script says of people that nobody on the list has."""
    known = () if around.people is None else around.people.fields
    for pointer, asked in (("/flow", around.said), ("/message", around.left)):
        for name in sorted(asked.keys() - set(known)) if around.people is not None else ():
            where = ", ".join(dict.fromkeys(asked[name]))
            yield Fault(pointer, f"{where}: no contact of the list has a field `{name}`")
    count = len(around.said.keys() | around.left.keys())
    if count > MOST_FIELDS:
        yield Fault("/flow", f"says {count} fields of contacts, at most {MOST_FIELDS} can be")


def _told(plan: Plan, around: Around, at: datetime) -> Iterator[Fault]:
    if plan.report_to and not EMAIL.fullmatch(plan.report_to):
        yield Fault("/report_to", "not an e-mail address")


def _shown(plan: Plan, around: Around, at: datetime) -> Iterator[Fault]:
    if around.line is None:
        yield Fault("/shown", "not a number of yours that is in service")
    if plan.call_back and around.call_back is None:
        yield Fault("/call_back", "not a number of yours that is in service")
    elif plan.call_back and not line_answers(around.call_back):
        yield Fault("/call_back", "nobody answers this number: give it a flow, or a fallback")


def _dialled(plan: Plan, around: Around, at: datetime) -> Iterator[Fault]:
    if (plan.ratio is not None) is not (plan.mode is Mode.POWER):
        yield Fault("/ratio", "how many calls for each idle agent: of the mode `power`, and needed")
    elif plan.ratio is not None and not 1 <= plan.ratio <= MOST_RATIO:
        yield Fault("/ratio", f"1 to {MOST_RATIO:g}")
    if plan.abandoned_permille is not None:
        yield from _cap_faults(plan, plan.abandoned_permille)
    try:
        plan.retries.policy()
    except Rejected as error:
        yield from error.faults
    for outcome in sorted(OVER & plan.retries.rules.keys()):
        yield Fault(f"/retries/rules/{outcome}", "nobody is rung again after this")
    if plan.most is not None and plan.most_a_day is not None and plan.most_a_day > plan.most:
        yield Fault("/most_a_day", "more than `most`, which is of all days")


def _cap_faults(plan: Plan, permille: int) -> Iterator[Fault]:
    if plan.mode is not Mode.PREDICTIVE:
        yield Fault("/abandoned_permille", "of the mode `predictive` only")
    elif plan.country in LAWS:
        cap = LAWS[plan.country].abandonment()
        if permille > cap.permille:
            reason = f"at most {cap.permille} ({cap.article.named('en')})"
            yield Fault("/abandoned_permille", reason)


def _when(plan: Plan, around: Around, at: datetime) -> Iterator[Fault]:
    if plan.begins is not None and plan.ends is not None and plan.ends < plan.begins:
        yield Fault("/ends", "before it begins")
        return
    days = Days.of(plan)
    if days.over(at):
        yield Fault("/ends", "it is over by then")
    elif days.next_opening(at) is None:
        yield Fault("/hours", "never open on the days of the campaign")


def _law(plan: Plan, around: Around, at: datetime) -> Iterator[Fault]:
    return law_faults(plan, around.line, max(at, Days.of(plan).begins or at))


_CHECKS: Final[tuple[Callable[[Plan, Around, datetime], Iterator[Fault]], ...]] = (
    _who_and_what,
    _contracts,
    _whom,
    _heard,
    _said,
    _told,
    _shown,
    _dialled,
    _when,
    _law,
)
