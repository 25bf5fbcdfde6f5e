"""What dialling needs of the world. Everything raises Unavailable when it fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping
    from datetime import datetime

    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.attempts.past import Known
    from chalicelib.campaigns.attempts.ports import Attempts
    from chalicelib.campaigns.attempts.usecases import News
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.contacts.contacts import Contact, ContactList
    from chalicelib.campaigns.dialling.hearing import Ended
    from chalicelib.campaigns.dialling.orders import Calls
    from chalicelib.campaigns.dialling.seats import Seat
    from chalicelib.campaigns.pacing.bucket import Limit
    from chalicelib.campaigns.pacing.granting import Pace, Taken
    from chalicelib.campaigns.pacing.life import Told
    from chalicelib.campaigns.pacing.outcomes import Outcome
    from chalicelib.campaigns.ports import Campaigns, House
    from chalicelib.directory.ports import Page


class Paces(Protocol):
    """An account's pace: what all of its workers change, one after the other."""

    def pace(self, account_id: str) -> tuple[Pace, Limit]:
        """Return it as it is stored, and what the account's carrier takes."""

    def take(self, account_id: str, seen: Pace, taken: Taken) -> None:
        """Store what was granted. Raises Conflict if what was seen does not hold any more."""

    def ended(self, account_id: str, calls: Iterable[int]) -> None:
        """Give back the room of calls that ended; doing so twice is no error."""

    def renewed(self, account_id: str, seen: Pace, up: Iterable[int], now: int) -> None:
        """Have calls that are up count as such for longer. Raises Conflict as `take` does."""

    def limit(self, account_id: str, limit: Limit) -> None:
        """Store what an account's carrier takes: it holds from the next grant on."""


class Moves(Protocol):
    """Campaigns as they start, pause, go on and end."""

    def move(self, campaign: Campaign) -> Campaign:
        """Store a campaign in its new state, with its pace and its place in the rounds, at once.

        Raises Stale if somebody was first.
        """

    def running(self) -> Mapping[str, tuple[str, ...]]:
        """Return the campaigns that are to be looked at, by their account."""

    def running_of(self, account_id: str) -> tuple[str, ...]:
        """Return those of an account."""

    def settled(self, campaign: Campaign) -> None:
        """Look no more at a campaign that is not running, and of which no call is up any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the carrier said to an order: nothing, or that it has the call, or not, and why."""

    told: Told
    call_id: str = ""
    outcome: Outcome | None = None
    slowed_for: int | None = None


class Carrier(Protocol):
    """Who makes the calls."""

    def order(self, attempt: Attempt, campaign: Campaign, contact: Contact | None = None) -> Answer:
        """Have somebody rung, once: whatever becomes of the answer, it is not asked again.

        What the flow says of the `contact` travels with the call.
        """

    def find(self, attempt: Attempt, campaign: Campaign) -> str | None:
        """Return the call of an attempt whose answer was lost, None if there is none."""

    def ended(self, call_id: str) -> Ended | None:
        """Return how a call ended, None while it goes on. One that is not there has failed."""

    def hang_up(self, call_id: str) -> None:
        """End a call; one that is over is left alone."""

    def redirect(self, call_id: str, url: str) -> None:
        """Have a call go on elsewhere; one that is over is left alone."""


class Agent(Protocol):
    """An agent as the contact centre knows them."""

    @property
    def name(self) -> str:
        """What they are called."""

    @property
    def number(self) -> str:
        """Their telephone."""

    @property
    def wrap_up_seconds(self) -> int:
        """How long they write a conversation up."""


class Floor(Protocol):
    """The contact centre, whose agents are lent to campaigns while no caller wants them."""

    def able(self, account_id: str, agent_id: str, queue: str) -> Agent | None:
        """Return an agent of a queue."""

    def lend(self, account_id: str, agent_id: str, key: str, now: datetime) -> bool:
        """Keep an agent for a campaign, for minutes, or longer; False: they cannot be spared."""

    def spared(self, account_id: str, agents: Collection[str], now: datetime) -> frozenset[str]:
        """Return those of some lent agents who are on duty, and whom nobody who waits needs."""

    def give_back(self, account_id: str, agent_id: str, key: str, now: datetime) -> None:
        """Have an agent be the contact centre's again; doing so twice is no error."""


class Seats(Protocol):
    """Agents who are on duty for campaigns."""

    def of(self, campaign_id: str) -> tuple[Seat, ...]:
        """Return a campaign's."""

    def ringing(self, campaign_id: str) -> Mapping[str, datetime]:
        """Return calls that ring for whoever is free, or were put through, and since when."""

    def rings(self, campaign_id: str, attempt_id: str, now: datetime) -> None:
        """Note a call that is to be ordered for whoever will be free."""

    def rang(self, campaign_id: str, attempt_id: str) -> None:
        """Note that it is over; doing so twice is no error."""

    def seat(self, campaign_id: str, agent_id: str) -> Seat:
        """Return one. Raises NotFound."""

    def put(self, seat: Seat) -> Seat:
        """Store a seat, new (revision 0) or changed. Raises Conflict if it is not as was seen."""

    def drop(self, seat: Seat) -> None:
        """Forget a seat. Raises Conflict likewise."""

    def connect(self, seat: Seat) -> Seat:
        """Store a seat and, with its attempt, who talks. Raises Conflict also if that is over."""

    def heard_of(self, campaign_id: str, agent_id: str, leg: int, now: datetime) -> Seat | None:
        """Note that an agent is on a line; None: not on this one."""


class AgentCarrier(Protocol):
    """Who rings agents."""

    def ring(self, seat: Seat, campaign: Campaign) -> str:
        """Have an agent rung, and return the call's id. Raises Rejected if nobody can."""

    def ended(self, call_id: str) -> Ended | None:
        """Return how a call ended, None while it goes on."""

    def hang_up(self, call_id: str) -> None:
        """End a call; one that is over is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crewing:
    """All that agents of campaigns take."""

    seats: Seats
    floor: Floor
    carrier: AgentCarrier
    clock: Callable[[], datetime]


class People(Protocol):
    """Contacts."""

    def known(self, account_id: str, list_id: str, ids: Collection[str]) -> dict[str, Contact]:
        """Return those of some people who are in a list."""

    def page(self, known: ContactList, limit: int, after: str | None = None) -> Page[Contact]:
        """Return some of a list's contacts."""


class Crew(Protocol):
    """Hands that do several things at a time."""

    def do(self, work: Callable[[], object]) -> None:
        """Have something done, now or as soon as a hand is free."""

    def done(self) -> None:
        """Wait until all is done. Raises what went wrong."""


class Outbox(Protocol):
    """The queue between plan and dial."""

    def calls(self, order: Calls) -> None:
        """Leave members to be rung."""

    def look(self, account_id: str) -> None:
        """Have an account be seen to."""


class Telling(Protocol):
    """Who wants to know what became of campaigns. Told twice of the same, it is told once."""

    def ended(self, attempt: Attempt) -> None:
        """Tell that an attempt is over."""

    def finished(self, campaign: Campaign) -> None:
        """Tell that nobody is left to be rung."""

    def goes_on(self, campaign: Campaign) -> None:
        """Show whoever watches how far a campaign has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """All that the end of a call takes. `end` stores it; None: it was over before."""

    paces: Paces
    telling: Telling
    crewing: Crewing
    end: Callable[[Campaign, str, News, datetime], Attempt | None]
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(Ends):
    """All that planning and placing calls take.

    `known` returns all that is stored of a contact; `sleep` waits until an instant in milliseconds
    since 1970; `seconds_left` is until the function is cut.
    """

    campaigns: Campaigns
    house: House
    people: People
    attempts: Attempts
    moves: Moves
    carrier: Carrier
    outbox: Outbox
    known: Callable[[Campaign, Contact, str, datetime], Known]
    sleep: Callable[[int], None]
    crew: Callable[[], Crew]
    seconds_left: Callable[[], float]
