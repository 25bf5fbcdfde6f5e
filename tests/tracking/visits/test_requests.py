"""What a page costs, whatever others do meanwhile: three requests, or one to go on."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chalicelib.kernel.errors import Conflict, NotFound, Unavailable
from chalicelib.tracking.pools import lending
from chalicelib.tracking.pools.leases import (
    Lease,
    Noted,
    Settlement,
    Unsettled,
    Visit,
    millis,
)
from chalicelib.tracking.pools.pool import Level
from chalicelib.tracking.sites.sites import Site, Swap
from chalicelib.tracking.visits.serving import PASSED_MILLISECONDS, Ports
from chalicelib.tracking.visits.tokens import Passed
from chalicelib.tracking.visits.usecases import arrive, hear
from chalicelib.tracking.visits.visits import Arrival, Event, Kind
from tests.fakes.pools import KeptVisit, PoolsInMemory, request
from tests.tracking.pools.builders import ACCOUNT, NOON, an_order, keeping, open_pool

if TYPE_CHECKING:
    from chalicelib.tracking.visits.tokens import Known
    from chalicelib.tracking.visits.visits import Shown

ORIGIN: Final = "https://www.boutique.example"
POOLS: Final = ("pool_a", "pool_b", "pool_c")
PRINTED: Final = {pool: f"+3347200112{at}" for at, pool in enumerate(POOLS)}
SITE: Final = Site(
    id="site_1",
    account_id=ACCOUNT,
    name="Boutique",
    origins=(ORIGIN,),
    created_at=NOON,
    swaps=tuple(Swap(find=find, pool_id=pool) for pool, find in PRINTED.items()),
)
# Most pages show the first number, some others too.
PAGES: Final = st.sampled_from(
    [POOLS[:1], POOLS[:1], POOLS[:2], POOLS, POOLS[1:], POOLS[1:2], POOLS[2:]]
)
SOURCES: Final = ("google", "lettre", "qwant")
MINUTES: Final = st.sampled_from([0, 0.1, 0.5, 2, 19, 25])
# What comes first, ahead of which of a page's requests.
MEDDLING: Final = st.dictionaries(
    st.integers(1, 3), st.sampled_from(["tie", "lost", "forgotten"]), max_size=2
)


class Kept(PoolsInMemory):
    """Pools and visits together, as the table has them. `tied`: another tab is at the rows."""

    tied = False

    @request
    def begin(self, visit: Visit, at: int) -> None:
        self._begin(visit, at)

    @request
    def settle(self, settlement: Settlement) -> Unsettled | None:
        tied, self.tied = self.tied, False
        settle: Any = PoolsInMemory.settle
        return Unsettled() if tied else settle.__wrapped__(self, settlement)

    @request
    def note(self, account_id: str, visit_id: str, noted: Noted, at: int) -> None:
        kept = self.visits.get(visit_id)
        if kept is None or kept.visit.account_id != account_id:
            raise NotFound("no such visit")
        kept.note(noted, at)


class Browsing(RuleBasedStateMachine):
    """Visitors of a site whose pools lend to visits, or to sources; in several processes."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.store = Kept()
        self.ids = 0
        self.known: list[Known] = []
        self.processes = [lending.Renewals(), lending.Renewals()]
        self.meddled = False

    @initialize(
        levels=st.lists(st.sampled_from(Level), min_size=1, max_size=3), numbers=st.integers(1, 3)
    )
    def opens(self, levels: list[Level], numbers: int) -> None:
        for at, level in enumerate(levels):
            kept = keeping(self.store)
            open_pool(kept, numbers, 100 * at, id=POOLS[at], level=level)

    @rule(minutes=MINUTES)
    def time_passes(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(source=st.sampled_from(SOURCES), page=PAGES, meddling=MEDDLING, process=st.integers(0, 1))
    def somebody_new_opens_a_page(
        self, source: str, page: Any, meddling: Any, process: int
    ) -> None:
        self.opened(None, self.advert(source), "", meddling, process, page)

    @rule(data=st.data(), page=PAGES, meddling=MEDDLING, process=st.integers(0, 1))
    def an_advert_brings_somebody_back(
        self, data: Any, page: Any, meddling: Any, process: int
    ) -> None:
        if self.known:
            source = data.draw(st.sampled_from(SOURCES))
            self.opened(self.somebody(data), self.advert(source), "", meddling, process, page)

    @rule(data=st.data(), page=PAGES, meddling=MEDDLING, process=st.integers(0, 1))
    def somebody_opens_another_page(
        self, data: Any, page: Any, meddling: Any, process: int
    ) -> None:
        if not self.known:
            return
        known = self.somebody(data)
        goes_on = self.has_its_numbers_still(known, page)
        shown = self.opened(known, f"{ORIGIN}/prix", f"{ORIGIN}/", meddling, process, page)
        if goes_on and not self.meddled:
            assert len(self.store.asked) == 1, self.store.asked
            assert shown is not None
            assert shown.known is not None
            assert set(shown.known.grants) >= set(known.grants)

    @rule(data=st.data(), meddling=MEDDLING, process=st.integers(0, 1))
    def a_page_tells_something(self, data: Any, meddling: Any, process: int) -> None:
        if not self.known:
            return
        known, event = self.somebody(data), Event(kind=Kind.CART, data="{}")
        goes_on = self.has_its_numbers_still(known, ())
        self.meddles(meddling, known)
        with suppress(Unavailable):
            hear([event], known, **self.facts(process))
        assert not goes_on or self.meddled or len(self.store.asked) == 1, self.store.asked

    @invariant()
    def no_page_asked_more_than_three_times(self) -> None:
        assert len(self.store.asked) <= 3, self.store.asked

    @invariant()
    def no_number_is_two_sources_or_two_visitors(self) -> None:
        for pool_id in self.store._pools:
            slots = self.store.slots(pool_id)
            held = [slot for slot in slots if slot.is_held(millis(self.now))]
            assert len({slot.lease_id for slot in held}) == len(held)
        self.store.asked.clear()

    def opened(
        self,
        known: Known | None,
        url: str,
        referrer: str,
        meddling: Any,
        process: int,
        page: Any = POOLS[:1],
    ) -> Shown | None:
        self.meddles(meddling, known)
        printed = tuple(PRINTED[pool_id] for pool_id in page)
        arrival = Arrival(url=url, referrer=referrer, numbers=printed)
        shown: Shown | None = None
        with suppress(Unavailable):
            shown = arrive(arrival, known, **self.facts(process))
        assert shown is not None or self.meddled
        if shown is not None and shown.known is not None:
            assert shown.known.visit_id in self.store.visits or self.meddled
            self.known = [each for each in self.known if each.visit_id != shown.known.visit_id]
            self.known.append(shown.known)
        return shown

    def facts(self, process: int) -> dict[str, Any]:
        store: Any = self.store
        ports = Ports(
            store, store, self.pool, lambda account_id, found: None, self.processes[process]
        )
        return {"site": SITE, "now": self.now, "new_id": self.new_id, "ports": ports}

    def pool(self, pool_id: str) -> Any:
        """A process keeps it: no request is made."""
        if pool_id not in self.store._pools:
            raise NotFound("no such pool")
        return self.store._pools[pool_id]

    def new_id(self) -> str:
        self.ids += 1
        return f"{self.ids}"

    def advert(self, source: str) -> str:
        return f"{ORIGIN}/?utm_source={source}&utm_medium=cpc"

    def somebody(self, data: Any) -> Known:
        return data.draw(st.sampled_from(self.known))  # type: ignore[no-any-return]

    def has_its_numbers_still(self, known: Known, page: Any) -> bool:
        """Say whether a visit has all that it may be shown: the page has nothing to ask for."""
        there = [pool_id for pool_id in page if pool_id in self.store._pools]
        grants = [*map(known.grant, there), *known.grants]
        return known.visit_id in self.store.visits and all(map(self.is_good, grants))

    def is_good(self, grant: Lease | Passed | None) -> bool:
        if isinstance(grant, Passed):
            return millis(self.now) - grant.at < PASSED_MILLISECONDS
        if grant is None:
            return False
        slots = self.store._slots[grant.pool_id].values()
        return any(slot.lease_id == grant.id for slot in slots)

    def meddles(self, meddling: Any, known: Known | None) -> None:
        """Have others go first, ahead of some of the requests."""
        self.store.asked.clear()
        self.store.tied = False
        self.meddled = False

        def before(name: str) -> None:
            place = len(self.store.asked) + 1
            if place not in meddling:
                return
            self.meddled, self.store.before = True, None
            asked = list(self.store.asked)
            try:
                self.meddle(meddling[place], name, known)
            except Conflict:
                asked.append(name)
                raise
            finally:
                self.store.asked[:] = asked
                self.store.before = before

        self.store.before = before if meddling else None

    def meddle(self, what: str, name: str, known: Known | None) -> None:
        if what == "tie" and name == "extend":
            raise Conflict("somebody else is at the row")
        if what == "tie" and name == "settle":
            self.store.tied = True
        if what == "forgotten" and known is not None:
            self.store.withdraw(ACCOUNT, known.visit_id)
        if what == "lost":
            for pool_id in self.store._pools:
                for at in range(2):
                    rival = an_order(f"rival{self.new_id()}{at}", pool_id)
                    with suppress(Unavailable):
                        lending.lend(rival, now=self.now + timedelta(minutes=30), store=self.store)


Browsing.TestCase.settings = settings(max_examples=120, stateful_step_count=30, deadline=None)
TestBrowsing = Browsing.TestCase


def test_a_forgotten_visit_that_an_advert_brings_back_is_somebody_new_for_three_requests() -> None:
    browsing = Browsing()
    browsing.opens([Level.SOURCE], 2)
    browsing.opened(None, browsing.advert("google"), "", {}, 0)
    (known,) = browsing.known
    browsing.store.withdraw(ACCOUNT, known.visit_id)

    browsing.opened(known, browsing.advert("google"), "", {}, 0)

    assert browsing.store.asked == ["kept_by", "note", "begin"]
    assert browsing.known[-1].visit_id != known.visit_id
    assert isinstance(browsing.store.visits[browsing.known[-1].visit_id], KeptVisit)


def test_a_thousand_visitors_of_a_source_write_its_number_once_a_minute() -> None:
    browsing = Browsing()
    browsing.opens([Level.SOURCE], 1)
    for _ in range(50):
        browsing.opened(None, browsing.advert("google"), "", {}, 0)
    crowd, asked = list(browsing.known), []
    browsing.now += timedelta(minutes=2)

    for known in crowd:
        browsing.opened(known, f"{ORIGIN}/prix", f"{ORIGIN}/", {}, 0)
        asked += browsing.store.asked

    assert asked == ["extend", *["note"] * 49]


def test_a_tie_over_a_sources_number_leaves_one_request_for_whoever_was_forgotten_too() -> None:
    browsing = Browsing()
    browsing.opens([Level.SOURCE], 1)
    browsing.opened(None, browsing.advert("google"), "", {}, 0)
    (known,) = browsing.known
    browsing.now += timedelta(minutes=2)

    mishaps = {2: "tie", 3: "forgotten"}
    browsing.opened(known, browsing.advert("google"), "", mishaps, 0)

    assert browsing.store.asked == ["kept_by", "extend", "begin"]
    assert known.visit_id in browsing.store.visits


def test_two_tabs_that_tie_take_one_request_each_and_the_second_tells_it_later() -> None:
    browsing = Browsing()
    browsing.opens([Level.SESSION], 1)
    browsing.opened(None, browsing.advert("google"), "", {}, 0)
    (known,) = browsing.known

    shown = browsing.opened(known, f"{ORIGIN}/prix", f"{ORIGIN}/", {1: "tie"}, 0)

    assert shown is None
    assert browsing.store.asked == ["extend"]
    assert browsing.known == [known]
