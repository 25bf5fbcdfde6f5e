"""A room that rings: campaigns, people, a carrier that does as it is told, and a clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Any

from chalicelib.campaigns.attempts import usecases as attempting
from chalicelib.campaigns.attempts.usecases import News
from chalicelib.campaigns.campaign import Campaign, Move, moved
from chalicelib.campaigns.consents.lines import key_of
from chalicelib.campaigns.consents.ports import Desk as Ledgers
from chalicelib.campaigns.dialling import handlers, hearing, minding, placing, sitting
from chalicelib.campaigns.dialling.orders import Calls, Look
from chalicelib.campaigns.dialling.ports import Answer, Crewing, Desk
from chalicelib.campaigns.pacing.hours import Answers
from chalicelib.campaigns.pacing.life import Told
from chalicelib.campaigns.pacing.modes import Mode
from chalicelib.campaigns.rules import Purpose
from chalicelib.desk.floor import Floor
from chalicelib.directory.ports import Page
from chalicelib.runtime.crewing_wiring import Centre
from tests.campaigns.builders import NOON, a_campaign, a_contact, a_line, people
from tests.campaigns.consents.builders import Hashes
from tests.clouds import PEPPER
from tests.desk.builders import a_queue, an_agent
from tests.fakes.attempts import AttemptsInMemory
from tests.fakes.campaigns import CampaignsInMemory
from tests.fakes.consents import LedgersInMemory
from tests.fakes.desk import FloorsInMemory
from tests.fakes.dialling import MovesInMemory, PacesInMemory, SeatsInMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from chalicelib.campaigns.attempts.attempts import Attempt, Member
    from chalicelib.campaigns.attempts.past import Known
    from chalicelib.campaigns.contacts.contacts import Contact, ContactList
    from chalicelib.campaigns.dialling.hearing import Ended
    from chalicelib.campaigns.dialling.seats import Seat
    from chalicelib.campaigns.pacing.outcomes import Outcome
    from chalicelib.directory.lines import Line

ACCOUNT = "acct_1"


class Killed(BaseException):
    """The worker's function is cut, wherever it is."""


@dataclass
class House:
    """What campaigns name: it has all of it."""

    list: ContactList | None = field(default_factory=people)
    active: bool = True

    def line(self, account_id: str, number: str) -> Line | None:
        return a_line(number) if self.active else None

    def people(self, account_id: str, list_id: str) -> ContactList | None:
        return self.list

    def queues(self, account_id: str) -> Collection[str]:
        return {"ventes"}

    def speaks(self, account_id: str, flow: object) -> bool:
        return True

    def asks(self, account_id: str, flow: object) -> dict[str, tuple[str, ...]]:
        return {}


@dataclass
class Contacts:
    """A list of people."""

    there: dict[str, Contact] = field(default_factory=dict)

    def known(self, account_id: str, list_id: str, ids: Collection[str]) -> dict[str, Contact]:
        return {each: self.there[each] for each in ids if each in self.there}

    def page(self, known: ContactList, limit: int, after: str | None = None) -> Page[Contact]:
        names = [each for each in sorted(self.there) if after is None or each > after]
        found = tuple(self.there[each] for each in names[:limit])
        return Page(found, names[limit - 1] if len(names) > limit else None)


@dataclass
class Carrier:
    """A carrier of which each order has a fate, in turn; at last they are all taken."""

    clock: Callable[[], datetime]
    fates: list[str] = field(default_factory=list)
    calls: dict[str, Attempt] = field(default_factory=dict)
    began: list[tuple[datetime, str]] = field(default_factory=list)
    over: dict[str, Ended] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    redirected: list[tuple[str, str]] = field(default_factory=list)
    before_answer: Callable[[Attempt, str], None] | None = None
    rung: list[Seat] = field(default_factory=list)

    def ring(self, seat: Seat, campaign: Campaign) -> str:
        self.rung.append(seat)
        return f"CA{seat.agent_id}{seat.leg}"

    def order(self, attempt: Attempt, campaign: Campaign, contact: Contact | None = None) -> Answer:
        fate = self.fates.pop(0) if self.fates else "taken"
        if fate == "refused":
            return Answer(told=Told.REFUSED, outcome=hearing.refused(21211))
        if fate == "slowed":
            return Answer(told=Told.SLOWED, slowed_for=3)
        if fate == "nothing done":
            return Answer(told=Told.NOTHING)
        call_id = f"CA{len(self.calls)}"
        self.calls[call_id] = attempt
        self.began.append((self.clock(), attempt.contact_id))
        if self.before_answer is not None:
            self.before_answer(attempt, call_id)
        if fate == "killed":
            raise Killed
        if fate == "answer lost":
            return Answer(told=Told.NOTHING)
        return Answer(told=Told.TAKEN, call_id=call_id)

    def find(self, attempt: Attempt, campaign: Campaign) -> str | None:
        self.asked.append(attempt.id)
        names = [name for name, each in self.calls.items() if each.id == attempt.id]
        return names[0] if names else None

    def ended(self, call_id: str) -> Ended | None:
        return self.over.get(call_id)

    def hang_up(self, call_id: str) -> None:
        self.hung_up.append(call_id)

    def redirect(self, call_id: str, url: str) -> None:
        self.redirected.append((call_id, url))


@dataclass
class Outbox:
    """A queue."""

    orders: list[Calls | Look] = field(default_factory=list)

    def calls(self, order: Calls) -> None:
        self.orders.append(order)

    def look(self, account_id: str) -> None:
        self.orders.append(Look(account_id))


@dataclass
class Heard:
    """Who was told what."""

    attempts: list[Attempt] = field(default_factory=list)
    campaigns: list[str] = field(default_factory=list)

    def ended(self, attempt: Attempt) -> None:
        self.attempts.append(attempt)

    def finished(self, campaign: Campaign) -> None:
        self.campaigns.append(campaign.id)

    def goes_on(self, campaign: Campaign) -> None:
        """Nobody watches."""


class Nobody:
    """Nobody looks after callbacks."""

    def nudge(self, account_id: str, after_seconds: int = 0) -> None:
        """Nothing follows."""


class AtOnce:
    """Hands that do what they are told there and then."""

    def do(self, work: Callable[[], object]) -> None:
        work()

    def done(self) -> None:
        """Nothing is left."""


class Room:
    """All of it, with a campaign that rings everybody about how satisfied they are."""

    def __init__(self, numbers: Iterable[str] = (), **plan: Any) -> None:
        self.now = NOON
        self._agenda: list[tuple[datetime, int, Callable[[], object]]] = []
        self._serial = count()
        self.house, self.contacts = House(), Contacts()
        self.campaigns, self.paces = CampaignsInMemory(), PacesInMemory()
        self.moves = MovesInMemory(self.campaigns, self.paces)
        self.ledgers = LedgersInMemory()
        self.attempts = AttemptsInMemory(self.ledgers)
        self.carrier, self.outbox, self.heard = Carrier(lambda: self.now), Outbox(), Heard()
        self.seats, self.floors = SeatsInMemory(self.attempts), FloorsInMemory()
        self.floors.floors[ACCOUNT] = Floor(ACCOUNT, {"ventes": a_queue("ventes")})
        for each in numbers:
            contact = a_contact(each)
            self.contacts.there[contact.id] = contact
        self.campaign = self.starts(a_campaign(**(_SURVEY | plan)))

    def starts(self, campaign: Campaign) -> Campaign:
        """Have a campaign begin."""
        return self.moves.move(moved(self.campaigns.add(campaign), Move.START, self.now))

    def moved(self, move: Move) -> None:
        """Steer the campaign."""
        self.campaign = self.moves.move(
            moved(self.campaigns.campaign(ACCOUNT, self.campaign.id), move, self.now)
        )

    def desk(self, seconds: float = 110) -> Desk:
        """Return what a worker has, until its function is cut."""
        until = self.now + timedelta(seconds=seconds)
        return Desk(
            campaigns=self.campaigns,
            house=self.house,
            people=self.contacts,
            attempts=self.attempts,
            paces=self.paces,
            moves=self.moves,
            carrier=self.carrier,
            outbox=self.outbox,
            telling=self.heard,
            crewing=self.crewing,
            known=self.known,
            end=self.end,
            clock=lambda: self.now,
            sleep=self.sleep,
            crew=AtOnce,
            seconds_left=lambda: (until - self.now).total_seconds(),
        )

    @property
    def crewing(self) -> Crewing:
        """Return all that agents take."""
        return Crewing(
            seats=self.seats,
            floor=Centre(self.floors, Nobody()),
            carrier=self.carrier,
            clock=lambda: self.now,
        )

    def comes(self, agent_id: str, **facts: Any) -> Seat:
        """Have an agent of the queue be on duty, answer the telephone and press 1."""
        floor = self.floors.floor(ACCOUNT)
        if agent_id not in floor.agents:
            number = f"+331620101{len(floor.agents):02}"
            agent = an_agent(agent_id, number, **facts)
            self.floors.floors[ACCOUNT] = floor.having(agent)
        seat = sitting.sit(self.campaign, agent_id, self.crewing)
        return self.picks_up(seat)

    def picks_up(self, seat: Seat) -> Seat:
        """Have an agent answer the telephone and press 1."""
        taken = sitting.takes(self.campaign.id, seat.agent_id, seat.leg, "1", self.crewing)
        assert taken is not None
        return taken

    def hangs_up(self, agent_id: str) -> None:
        """Have an agent's call be over."""
        seat = self.seats.seat(self.campaign.id, agent_id)
        sitting.left(self.campaign.id, agent_id, seat.leg, self.crewing)

    def doing(self, agent_id: str) -> str:
        """Tell what an agent is doing for the campaign."""
        return self.seats.seat(self.campaign.id, agent_id).doing.value

    def known(self, campaign: Campaign, contact: Contact, number: str, now: datetime) -> Known:
        ledgers = Ledgers(
            ledgers=self.ledgers,
            suppressions=self.ledgers,
            hashing=Hashes(),
            key=lambda account_id: key_of(PEPPER, account_id),
            clock=lambda: self.now,
        )
        return attempting.known_of(campaign, contact, self.attempts, ledgers, now)

    def end(self, campaign: Campaign, attempt_id: str, news: News, now: datetime) -> Attempt | None:
        return attempting.end(campaign, attempt_id, news, self.attempts, answers=Answers(), now=now)

    def sleep(self, until: int) -> None:
        self._until(NOON + timedelta(milliseconds=until - int(NOON.timestamp() * 1000)))

    def later(self, **more: float) -> None:
        """Let time pass."""
        self._until(self.now + timedelta(**more))

    def soon(self, seconds: float, work: Callable[[], object]) -> None:
        """Have something happen after so many seconds, whoever sleeps then."""
        at = self.now + timedelta(seconds=seconds)
        heappush(self._agenda, (at, next(self._serial), work))

    def _until(self, at: datetime) -> None:
        while self._agenda and self._agenda[0][0] <= at:
            then, _, work = heappop(self._agenda)
            self.now = max(self.now, then)
            work()
        self.now = max(self.now, at)

    def looks(self) -> None:
        """Have the account be seen to, as each minute."""
        handlers.look(ACCOUNT, self.desk())

    def works(self) -> None:
        """Work off all that is on the queue."""
        while self.outbox.orders:
            order = self.outbox.orders.pop(0)
            if isinstance(order, Calls):
                placing.place(order, self.desk())
            else:
                self.looks()

    def minute(self) -> None:
        """Let a minute pass, and all that it brings."""
        began = self.now
        self.looks()
        self.works()
        self._until(began + timedelta(minutes=1))

    def rings(self) -> None:
        """Have a worker ring for as long as it takes until somebody answers: three seconds."""
        self.looks()
        orders, self.outbox.orders = self.outbox.orders, []
        for order in orders:
            if isinstance(order, Calls):
                placing.place(order, self.desk(seconds=placing.RESERVE + 3))

    def ends(self, outcome: Outcome, seconds: int = 40) -> None:
        """Have every call that is up end so, as its status callback tells."""
        for call_id, attempt in self.carrier.calls.items():
            if self.attempts.attempt(attempt.campaign_id, attempt.id).is_open:
                news = News(outcome=outcome, call_id=call_id, seconds=seconds)
                minding.end(self.campaign, attempt.id, news, self.desk())

    @property
    def members(self) -> dict[str, Member]:
        return {contact: each for (_, contact), each in self.attempts.there.items()}

    def rung(self) -> Counter[str]:
        """Count how often a telephone rang for whom."""
        return Counter(contact for _, contact in self.carrier.began)


# A campaign whose calls agents take.
AGENTS: dict[str, Any] = {"mode": Mode.PROGRESSIVE, "flow": None, "queue": "ventes"}
_SURVEY: dict[str, Any] = {
    "purpose": Purpose.SURVEY,
    "object": "Satisfaction de la clientèle",
}


def numbers(many: int) -> list[str]:
    """Return mobile numbers of as many people."""
    return [f"+336123{at:05}" for at in range(many)]


def renamed(campaign: Campaign, name: str, **plan: Any) -> Campaign:
    """Return another campaign of the same account."""
    return replace(campaign, id=name, plan=replace(campaign.plan, **plan), version=0)
