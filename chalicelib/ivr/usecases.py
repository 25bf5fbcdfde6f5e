"""What the house does with flows and the calls that walk through them: load, decide, save."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Protocol

from chalicelib.calls import usecases as call_log
from chalicelib.calls.call import CallRef
from chalicelib.calls.late import Memory
from chalicelib.ivr import answering, surveying, telling, waiting
from chalicelib.ivr.actions import Arrived
from chalicelib.ivr.addresses import CallAddress
from chalicelib.ivr.answering import Answer, Refusal
from chalicelib.ivr.driving import drive
from chalicelib.ivr.flow import FlowRefused, judge
from chalicelib.ivr.lookups import LookupFailed
from chalicelib.ivr.needs import Fetched, FetchFailed, QueueFailed
from chalicelib.ivr.opposing import oppose
from chalicelib.ivr.position import Position
from chalicelib.ivr.telling import Teller
from chalicelib.kernel.errors import NotFound, Stale, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from chalicelib.calls.events import Event
    from chalicelib.calls.usecases import CallLog, LateEvents
    from chalicelib.directory.lines import Line
    from chalicelib.directory.ports import AttachedLines
    from chalicelib.ivr.actions import Context, Input, Reply
    from chalicelib.ivr.driving import Opened
    from chalicelib.ivr.errands.ports import Errands
    from chalicelib.ivr.lookups import LookupRequest, Lookups
    from chalicelib.ivr.needs import DeskAnswer, DeskNeed, ReadSurvey, SurveyMissing, SurveyRead
    from chalicelib.ivr.nodes import Flow, Value
    from chalicelib.ivr.opposing import Oppositions
    from chalicelib.ivr.ports import Drafts, Rehearsals
    from chalicelib.ivr.published import Document, Draft, Published, VersionHeader
    from chalicelib.ivr.publishing import Queues, Sounds
    from chalicelib.ivr.queueing import Desk
    from chalicelib.ivr.surveying import Surveys
    from chalicelib.ivr.telling import Book, Callers, Rings, Sources
    from chalicelib.ivr.trials.rehearsing import Report
    from chalicelib.ivr.usage import Usage


class Lines(Protocol):
    """Whose number was dialled."""

    def line(self, number: str) -> Line:
        """Return the line of a number (E.164). Raises NotFound, Unavailable."""


class Flows(Protocol):
    """Flows as a call needs them."""

    def published(self, flow_id: str) -> Published:
        """Return the newest version. Raises NotFound when there is none, Unavailable."""

    def version(self, flow_id: str, version: int) -> Flow:
        """Return one version. Raises NotFound, Unavailable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a call in progress needs of the world."""

    lines: Lines
    flows: Flows
    sources: Sources
    callers: Callers
    log: CallLog
    late: LateEvents
    lookups: Lookups | None = None
    errands: Errands | None = None
    desk: Desk | None = None
    book: Book | None = None
    rings: Rings | None = None
    surveys: Surveys | None = None
    oppositions: Oppositions | None = None


def answer_call(context: Context, base_url: str, ports: Ports) -> Answer:
    """Answer a call that has just reached one of our numbers.

    Raises Unavailable when a table does not answer: the edge then sends the caller to the
    fallback that the signed URL names.
    """
    try:
        line = ports.lines.line(context.dialled)
    except NotFound:
        return _refused(None, Refusal.UNKNOWN_NUMBER, context, ports)
    refusal = answering.refusal_of(line)
    published = _published(line, ports.flows) if refusal is None else None
    if published is None:
        return _refused(line, refusal or Refusal.NO_FLOW, context, ports)
    source_id = telling.source_of(line, ports.sources, context.now)
    told = answering.told_by_carrier(line, context)
    context = replace(context, tier=line.tier(context.now), service_from=answering.beep_in(told))
    world = world_of(line.account_id, ports, lambda _: source_id)
    context = replace(context, memory=world.tell(published.flow, context))
    position = Position(published.flow.start)
    reply, opened = drive(published, position, Arrived(), context, world)
    first = answering.received(context, source_id, published)
    events = (first, *told, *reply.events, *answering.rang(reply, context))
    ref = _ref(line, context, ports)
    note(ref, events, ports, reply.memory or context.memory or None, position.step)
    address = CallAddress(
        base_url=base_url,
        flow_id=opened.flow_id,
        version=opened.version,
        account_id=line.account_id,
        log_shards=line.log_shards,
        fallback=line.fallback,
        dialled=context.dialled,
        tier=context.tier,
        service_from=context.service_from,
    )
    leave(reply, context, ref, ports)
    if ports.rings is not None:
        ports.rings.rang(ref, first)
    return Answer(reply=reply, address=address)


def continue_call(
    context: Context, address: CallAddress, position: Position, given: Input, ports: Ports
) -> Answer:
    """Take a call one step further, in the version it began with.

    On a warm process this reads nothing but the call's variables, if the flow has any: the URL
    says whose call it is.
    """
    opened: Opened = Standing(address.flow_id, address.version, _version(address, ports.flows))
    context = replace(context, tier=address.tier, service_from=address.service_from)
    if position.remembers:
        context = replace(context, memory=ports.log.memory(context.call_id))
    world = world_of(address.account_id, ports, _source_again(address.account_id, ports))
    reply, opened = drive(opened, position, given, context, world)
    ref = CallRef(
        call_id=context.call_id, account_id=address.account_id, log_shards=address.log_shards
    )
    events = (*reply.events, *answering.rang(reply, context))
    note(ref, events, ports, reply.memory, position.step)
    leave(reply, context, ref, ports)
    oppose(reply.events, ref.account_id, address.attempt, context, ports)
    address = address.in_flow(opened.flow_id, opened.version, context.dialled)
    address = address.charged_from(answering.beep_in(reply.events))
    return Answer(reply=reply, address=address)


@dataclass(frozen=True, slots=True)
class Standing:
    """A version of a flow, and whose it is told by its address."""

    flow_id: str
    version: int
    flow: Flow


@dataclass(frozen=True, slots=True)
class AccountFlows:
    """The world of an account's call: its own flows and its own system, never another's.

    Without `lookups` its system is not asked, without a `desk` its queues are not, without a
    `teller` nobody knows what made the phone ring or who calls, without `surveys` it has none.
    """

    account_id: str
    flows: Flows
    lookups: Lookups | None = None
    desk: Desk | None = None
    teller: Teller | None = None
    surveys: Surveys | None = None

    def tell(self, flow: Flow, context: Context) -> Mapping[str, Value]:
        """Return what a flow asks for of a call, and has to be looked up."""
        return {} if self.teller is None else self.teller.tell(flow, context)

    def fetch(self, request: LookupRequest, context: Context) -> Fetched | FetchFailed:
        """Ask the customer's own system."""
        if self.lookups is None:
            return FetchFailed("ours")
        try:
            return Fetched(
                self.lookups.fetch(self.account_id, request, context.call_id, context.now)
            )
        except LookupFailed as error:
            return FetchFailed(error.reason.value)

    def queue(self, need: DeskNeed, context: Context) -> DeskAnswer:
        """Ask the contact centre, or tell it; a caller is never lost to its failure."""
        if self.desk is None:
            return QueueFailed("no desk")
        try:
            return waiting.answer(need, self.desk, self.account_id, context)
        except NotFound:
            return QueueFailed("no such queue")
        except Unavailable:
            return QueueFailed("ours", passing=True)

    def survey(self, need: ReadSurvey) -> SurveyRead | SurveyMissing:
        """Return a survey."""
        return surveying.read(need, self.account_id, self.surveys)

    def open(self, flow_id: str, version: int | None) -> Opened | None:
        """Return a flow, the newest version or the one that a call came from."""
        try:
            newest = self.flows.published(flow_id)
            if newest.account_id != self.account_id:
                return None
            if version is None or version == newest.version:
                return newest
            return Standing(flow_id, version, self.flows.version(flow_id, version))
        except (NotFound, Unavailable):
            return None


def world_of(
    account_id: str, ports: Ports, source_of: Callable[[Context], str | None]
) -> AccountFlows:
    """Return what answers the needs of an account's call."""
    teller = Teller(
        account_id=account_id,
        sources=ports.sources,
        callers=ports.callers,
        book=ports.book,
        source_of=source_of,
    )
    return AccountFlows(account_id, ports.flows, ports.lookups, ports.desk, teller, ports.surveys)


def _source_again(account_id: str, ports: Ports) -> Callable[[Context], str | None]:
    """Return how to tell later what made the phone ring, for a flow come to on the way."""

    def source_of(context: Context) -> str | None:
        dialled = telling.Dialled(account_id, context.dialled)
        return telling.source_of(dialled, ports.sources, context.now)

    return source_of


def create_flow(
    account_id: str,
    flow_id: str,
    document: Document,
    *,
    text: str | None = None,
    now: datetime,
    drafts: Drafts,
) -> Draft:
    """Keep a new flow. It may have faults: only publishing demands that it has none."""
    return drafts.create(account_id, flow_id, document, now, text)


def save_draft(
    account_id: str,
    flow_id: str,
    document: Document,
    *,
    text: str | None = None,
    revision: int | None,
    now: datetime,
    drafts: Drafts,
) -> Draft:
    """Replace a flow's draft. Raises Stale if it is not at `revision` any more."""
    header = at_revision(drafts.draft(account_id, flow_id), revision).header
    return drafts.replace(header, document, now, text)


def publish_flow(
    account_id: str,
    flow_id: str,
    *,
    revision: int | None,
    now: datetime,
    drafts: Drafts,
    sounds: Sounds,
    queues: Queues,
    usage: Usage,
    rehearsals: Rehearsals,
    lines: AttachedLines,
    surveys: Surveys | None = None,
) -> tuple[VersionHeader, Report]:
    """Make the draft the version that answers. Raises FlowRefused with every fault it has.

    Its tests are tried first, unless faults of the document itself keep them from it. What it uses
    is held before it is published, so that nobody deletes it meanwhile.

    Publishing what is published already changes nothing, so that it can safely be repeated.
    """
    from chalicelib.ivr import publishing
    from chalicelib.ivr.surroundings import Surroundings

    draft = at_revision(drafts.draft(account_id, flow_id), revision)
    newest = draft.header.newest
    new = newest is None or not draft.header.all_published
    around = Surroundings(
        drafts=drafts, sounds=sounds, queues=queues, lines=lines, now=now, surveys=surveys
    )
    flow, faults = judge(draft.document)
    report = None if faults else rehearsals.report(account_id, flow_id, flow)
    if new:
        faults += around.faults(account_id, flow_id, flow)
        faults += report.faults if report else ()
    if faults or report is None:
        raise FlowRefused("the flow has faults", faults=tuple(faults), count=len(faults))
    used = publishing.uses(flow)
    if newest is None or new:
        usage.hold(account_id, flow_id, used, now)
        found = around.sounds_of(account_id, flow)
        document = publishing.pinned(draft.document, flow.uploads, found)
        newest = drafts.publish(draft.header, document, now, draft.text)
    # Once more where it was published already: the first time may have broken off before this.
    usage.record_usage(account_id, flow_id, used, version=newest.version, now=now)
    return newest, report


def leave(reply: Reply, context: Context, ref: CallRef, ports: Ports) -> None:
    """Leave what the step asked for on the queue; the log says what no queue took.

    The caller is answered in any case: their call is worth more than a notice of it.
    """
    if not reply.errands or ports.errands is None:
        return
    from chalicelib.ivr.errands import asked, usecases

    asker = asked.Asker(
        account_id=ref.account_id,
        call_id=ref.call_id,
        dialled=context.dialled,
        at=context.now.astimezone(UTC),
    )
    lost = usecases.leave(asked.errands_of(reply.errands, asker), ports.errands, asker.at)
    note(ref, lost, ports)


def _published(line: Line, flows: Flows) -> Published | None:
    try:
        published = flows.published(line.flow_id or "")
    except NotFound:
        return None
    # A line may only ever answer with its own account's flow.
    return published if published.account_id == line.account_id else None


def _version(address: CallAddress, flows: Flows) -> Flow:
    try:
        return flows.version(address.flow_id, address.version)
    except NotFound as error:
        # Versions are for ever: one that is gone is our failure, and the caller's fallback helps.
        raise Unavailable("a published version is missing", flow_id=address.flow_id) from error


def _refused(line: Line | None, refusal: Refusal, context: Context, ports: Ports) -> Answer:
    reply: Reply = answering.refuse(refusal, context)
    if line is not None:
        source_id = telling.source_of(line, ports.sources, context.now)
        first = answering.received(context, source_id, None)
        note(_ref(line, context, ports), (first, *reply.events), ports)
    return Answer(reply=reply, refusal=refusal.value)


def _ref(line: Line, context: Context, ports: Ports) -> CallRef:
    hashed = ports.callers.caller_hash(line.account_id, context.caller) if context.caller else None
    return CallRef(
        call_id=context.call_id,
        account_id=line.account_id,
        log_shards=line.log_shards,
        caller_hash=hashed,
    )


def note(
    ref: CallRef,
    events: tuple[Event, ...],
    ports: Ports,
    memory: Mapping[str, Value] | None = None,
    step: int = 0,
) -> None:
    """Store what happened, and the call's variables; later, where the log takes nothing."""
    kept = None if memory is None else Memory(memory, step)
    if events:
        call_log.record(ref, *events, log=ports.log, late=ports.late, memory=kept)


def at_revision(draft: Draft, revision: int | None) -> Draft:
    """Return a draft. Raises Stale where it is not at that revision any more."""
    if revision is not None and draft.header.revision != revision:
        facts = {"flow_id": draft.header.flow_id, "revision": draft.header.revision}
        raise Stale("the draft was changed meanwhile", **facts)
    return draft
