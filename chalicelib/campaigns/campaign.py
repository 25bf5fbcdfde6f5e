"""A campaign as its owner wrote it down: for whom, about what, whom it rings, how, how often. Pure.

What is here is what was said. `checking` says whether it can be; `rules` whether a call may be made
at an instant, `pacing` how many are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.pacing.outcomes import RULES, Outcome, Policy, Rule
from chalicelib.campaigns.rules.facts import Sector
from chalicelib.kernel.errors import Conflict, Stale

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from chalicelib.campaigns.consents.consents import Professional
    from chalicelib.campaigns.rules.facts import Purpose

LONGEST_NAME: Final = 200
COPY: Final = " (copie)"


class State(StrEnum):
    """What may be done with a campaign."""

    DRAFT = "draft"
    RUNNING = "running"  # people are rung, or will be once its days and hours have come
    PAUSED = "paused"  # nobody is; who was being rung when it began still is
    STOPPED = "stopped"  # nobody will be
    FINISHED = "finished"  # nobody is left to be rung
    ARCHIVED = "archived"  # kept to be read and copied, never changed again


class Archived(Conflict):
    """The campaign is archived: a copy of it can be changed."""

    code = "campaign-archived"


class Running(Conflict):
    """A campaign that rings, or has rung, is not changed like one that never did."""

    code = "campaign-running"


class NoMove(Conflict):
    """From the state that the campaign is in, nobody comes to that one."""

    code = "campaign-state"


class Move(StrEnum):
    """What is done with a campaign as a whole."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    FINISH = "finish"  # by itself
    ARCHIVE = "archive"


MOVES: Final[Mapping[Move, tuple[frozenset[State], State]]] = MappingProxyType(
    {
        Move.START: (frozenset({State.DRAFT}), State.RUNNING),
        Move.PAUSE: (frozenset({State.RUNNING}), State.PAUSED),
        Move.RESUME: (frozenset({State.PAUSED}), State.RUNNING),
        Move.STOP: (frozenset({State.RUNNING, State.PAUSED}), State.STOPPED),
        Move.FINISH: (frozenset({State.RUNNING}), State.FINISHED),
        Move.ARCHIVE: (frozenset({State.DRAFT, State.STOPPED, State.FINISHED}), State.ARCHIVED),
    }
)
# What stays once anybody was rung: what is counted, and whom the list was walked for.
FIXED: Final = ("professional", "purpose", "country", "list_id", "segment")


class Machines(StrEnum):
    """What an answering machine gets."""

    HANG_UP = "hang_up"
    MESSAGE = "leave_message"


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """What is heard: a published version of a flow, which never changes."""

    flow_id: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which fields of contacts prove that they may be rung; "" is none.

    A contract is known by its id, and from when to when it runs; a request to be rung by its proof
    and its instant. `request_object` is needed where people of one list asked about several things,
    `contract_object` where their contracts are of several objects.
    """

    contract: str = ""
    contract_began: str = ""
    contract_ended: str = ""
    contract_object: str = ""
    request: str = ""
    request_at: str = ""
    request_object: str = ""
    audience: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What follows an outcome: `pacing.outcomes.Rule`, in minutes."""

    first_minutes: int
    most: int
    factor: int = 1
    next_number: bool = False
    best_hour: bool = False

    def rule(self) -> Rule:
        """Return it as pacing has it."""
        first = timedelta(minutes=self.first_minutes)
        return Rule(first, self.most, self.factor, self.next_number, self.best_hour)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often somebody is tried. Outcomes that are not named follow the usual rules."""

    most: int = 4
    most_a_day: int = 2
    between_seconds: int = 60
    rounds: int = 1
    rest_days: int = 30
    rules: Mapping[Outcome, Again] = field(default_factory=dict)

    def policy(self) -> Policy:
        """Return it as pacing has it. Raises Rejected with every fault."""
        return Policy(
            most=self.most,
            most_a_day=self.most_a_day,
            between=timedelta(seconds=self.between_seconds),
            rounds=self.rounds,
            rest=timedelta(days=self.rest_days),
            rules={**RULES, **{outcome: again.rule() for outcome, again in self.rules.items()}},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that an owner says of a campaign.

    `sells` None: as its purpose has it. `segment` is a line or the name of one, "" the whole list.
    `flow` speaks, or agents of the `queue` do. `call_back` is the number that people are told to
    ring, "" the one shown. `abandoned_permille` None is the law's, and never more. `hours` are a
    schedule as JSON; they narrow the law's, as do the days from `begins` to `ends`. `report_to` is
    whom an e-mail tells what it came to.
    """

    name: str
    professional: Professional
    purpose: Purpose
    object: str
    list_id: str
    shown: str
    mode: Mode
    sector: Sector = Sector.OTHER
    sells: bool | None = None
    link: str = ""
    contract_objects: tuple[str, ...] = ()
    country: str = "FR"
    segment: str = ""
    flow: FlowVersion | None = None
    queue: str = ""
    call_back: str = ""
    ratio: float | None = None
    abandoned_permille: int | None = None
    retries: Retries = field(default_factory=Retries)
    priority: int = 1
    at_once: int | None = None
    per_second: int | None = None
    most_a_day: int | None = None
    most: int | None = None
    begins: date | None = None
    ends: date | None = None
    hours: str = ""
    machines: Machines = Machines.HANG_UP
    message: FlowVersion | None = None
    columns: Columns = field(default_factory=Columns)
    report_to: str = ""

    @property
    def speaks(self) -> bool:
        """Say whether a machine speaks to whoever answers."""
        return self.mode is Mode.AGENTLESS


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign, and what became of it."""

    id: str
    account_id: str
    plan: Plan
    created_at: datetime
    updated_at: datetime
    state: State = State.DRAFT
    started_at: datetime | None = None
    ended_at: datetime | None = None
    version: int = 0


def changed(campaign: Campaign, plan: Plan, version: int, now: datetime) -> Campaign:
    """Return a campaign with another plan. Raises Stale of another version, Archived, Running.

    One that runs is paused first. Of one that was started some fields stay; one that is over stays
    as it was.
    """
    if campaign.version != version:
        raise Stale("the campaign changed meanwhile", campaign_id=campaign.id)
    if campaign.state is State.ARCHIVED:
        raise Archived("an archived campaign is not changed: copy it", campaign_id=campaign.id)
    if campaign.state not in (State.DRAFT, State.PAUSED):
        raise Running("pause the campaign to change it, or copy it", state=campaign.state.value)
    other = [name for name in FIXED if getattr(plan, name) != getattr(campaign.plan, name)]
    if campaign.started_at is not None and other:
        raise Running("that stays once a campaign was started: copy it", fields=other)
    return replace(campaign, plan=plan, updated_at=now)


def moved(campaign: Campaign, move: Move, now: datetime) -> Campaign:
    """Return a campaign in its next state; one that is there already as it is. Raises NoMove."""
    before, after = MOVES[move]
    if campaign.state is after:
        return campaign
    if campaign.state not in before:
        facts = {"state": campaign.state.value, "campaign_id": campaign.id}
        raise NoMove(f"a campaign in this state cannot be told to {move.value}", **facts)
    started = now if move is Move.START else campaign.started_at
    over = move in (Move.STOP, Move.FINISH)
    ended = now if over else campaign.ended_at
    return replace(campaign, state=after, updated_at=now, started_at=started, ended_at=ended)


def archived(campaign: Campaign, now: datetime) -> Campaign:
    """Return a campaign put away. One that is already is left alone. Raises NoMove."""
    return moved(campaign, Move.ARCHIVE, now)


def copied(plan: Plan) -> Plan:
    """Return a plan to begin anew with: under a name of its own, on no days yet."""
    name = plan.name[: LONGEST_NAME - len(COPY)] + COPY
    return replace(plan, name=name, begins=None, ends=None)
