"""Whatever is said of a call, and whoever does not answer: in the end networks have what counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.kernel.errors import Unavailable
from chalicelib.tracking.conversions.conversion import State
from chalicelib.tracking.conversions.deeds import Judged
from chalicelib.tracking.conversions.destinations import Network
from chalicelib.tracking.conversions.providers.provider import Reply
from chalicelib.tracking.conversions.telling import after, see_to
from tests.tracking.conversions.builders import House, a_destination
from tests.tracking.conversions.test_telling import SPAM as CALLED_SPAM
from tests.tracking.conversions.test_telling import a_house, come_due, come_to_an_end, ended
from tests.tracking.journeys.builders import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.tracking.conversions.providers.provider import OAuth, Request

Line = Literal["up", "down", "lost"]
Step = tuple[Literal["spam", "restored", "shown"], None] | tuple[Literal["due"], Line]
SPAM: Step = ("spam", None)
RESTORED: Step = ("restored", None)
SHOWN: Step = ("shown", None)
UP: Step = ("due", "up")
DOWN: Step = ("due", "down")
LOST: Step = ("due", "lost")


class Counting:
    """A network that knows what it counted, and takes back once and for all.

    `line`: nothing reaches it while it is down; what it answers is lost.
    """

    def __init__(self, house: House) -> None:
        self._web = house.web
        self.counted: set[str] = set()
        self.known: set[str] = set()
        self.line: Line = "up"

    def token(self, oauth: OAuth, destination_id: str, secrets: Any) -> str:
        return self._web.token(oauth, destination_id, secrets)

    def ask(self, request: Request) -> Reply:
        if self.line == "down":
            raise Unavailable("no network")
        reply = self._web.ask(request)
        code = self._heard(request)
        if self.line == "lost":
            raise Unavailable("the answer is lost")
        return reply if code is None else _refused(code)

    def _heard(self, request: Request) -> str | None:
        (one,) = next(each for each in request.body.values() if isinstance(each, list))
        name = str(one.get("orderId") or (one["MicrosoftClickId"], one["ConversionTime"]))
        if "djustment" in str(request.body.keys()):
            return self._taken_back(name)
        if name in self.known:
            return "ORDER_ID_ALREADY_IN_USE"
        self.known.add(name)
        self.counted.add(name)
        return None

    def _taken_back(self, name: str) -> str | None:
        if name not in self.known:
            return "CONVERSION_NOT_FOUND"
        gone = name not in self.counted
        self.counted.discard(name)
        return "CONVERSION_ALREADY_RETRACTED" if gone else None


def _refused(code: str) -> Reply:
    """Answer as Google does: what it is told that it knows is a partial failure."""
    error = {"errorCode": {"conversionUploadError": code}}
    return Reply(200, {"partialFailureError": {"code": 3, "details": [{"errors": [error]}]}})


class Machine:
    """One call, one destination at Google, and what is done to them."""

    def __init__(self) -> None:
        self.house = House(a_destination(Network.GOOGLE_ADS))
        self.network = Counting(self.house)
        self.house.web = self.network  # type: ignore[assignment]

    def does(self, step: Step) -> None:
        what, line = step
        if what == "due":
            self.network.line = line or "up"
            self.due()
        elif what == "shown":
            after(self.house.known.deed, self.house.desk)
        else:
            self.house.judged = Judged(spam=what == "spam")

    def due(self) -> None:
        """See to the conversion, if anything is due of it."""
        entries = self.house.store.entries(ACCOUNT, 1).items
        if entries and entries[0].next_at is not None:
            self.house.now = max(self.house.now, entries[0].next_at)
            see_to(ACCOUNT, entries[0].id, self.house.desk)

    def rests(self) -> None:
        """Let everybody answer, and the call be shown, until nothing is left to be done."""
        for _ in range(2):
            self.does(SHOWN)
            for _ in range(30):
                self.does(UP)

    @property
    def state(self) -> State:
        return self.house.entry.state


def played(steps: Sequence[Step]) -> Machine:
    machine = Machine()
    for step in (SHOWN, *steps):
        machine.does(step)
    machine.rests()
    return machine


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from([SPAM, RESTORED, SHOWN, SHOWN, UP, UP, DOWN, LOST]), min_size=1, max_size=16
    )
)
@example([LOST, SPAM, SHOWN, RESTORED])
@example([LOST, SPAM, UP])
@example([DOWN, SPAM, SHOWN, DOWN, RESTORED])
@example([UP, SPAM, SHOWN, LOST, RESTORED, SHOWN])
@example([UP, SPAM, SHOWN, UP, RESTORED, SHOWN, UP, SPAM, SHOWN, LOST, RESTORED])
def test_a_network_counts_a_call_once_if_it_counts_and_not_at_all_if_not(
    steps: list[Step],
) -> None:
    machine = played(steps)

    counts = not machine.house.judged.spam
    assert len(machine.network.counted) == int(counts)
    if counts:
        assert machine.state is State.SENT


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([UP, SPAM, SHOWN, UP, RESTORED], id="it was taken back"),
        pytest.param([LOST, SPAM, SHOWN, RESTORED], id="nobody knew whether it was there"),
        pytest.param([DOWN, SPAM, SHOWN, RESTORED], id="it was not there"),
        pytest.param([UP, SPAM, SHOWN, LOST, RESTORED], id="nobody knew whether it was gone"),
        pytest.param([UP, SPAM, SHOWN, DOWN, RESTORED], id="it was not gone"),
    ],
)
def test_a_restored_call_is_counted_again(steps: list[Step]) -> None:
    machine = played(steps)

    assert (machine.state, len(machine.network.counted)) == (State.SENT, 1)


@pytest.mark.parametrize("network", [Network.GOOGLE_ADS, Network.MICROSOFT_ADS])
def test_what_was_taken_back_and_counts_again_is_told_anew(network: Network) -> None:
    house = a_house(network)
    ended(house)
    come_due(house)
    house.judged = CALLED_SPAM
    ended(house)
    come_to_an_end(house)

    house.judged = Judged()
    assert ended(house).state is State.WAITING

    assert come_to_an_end(house).state is State.SENT
    first, _, last = (each.json for each in house.networks.asked if each.json)
    (one,), (other,) = (next(each for each in body.values() if each) for body in (first, last))
    # Networks take what was taken back no more by its id (Google), or by its time (Microsoft).
    assert one.get("orderId") != other.get("orderId") or network is Network.MICROSOFT_ADS
    time = "conversionDateTime" if network is Network.GOOGLE_ADS else "ConversionTime"
    assert one[time] < other[time]


def test_a_value_that_was_taken_back_is_told_again_of_the_same_conversion() -> None:
    house = a_house(Network.DATA_MANAGER)
    ended(house)
    come_due(house)
    house.judged = CALLED_SPAM
    ended(house)
    come_to_an_end(house)

    house.judged = Judged()
    ended(house)
    come_to_an_end(house)

    asked = [each.json["events"][0] for each in house.networks.asked if each.json]
    assert [each["conversionValue"] for each in asked] == [40.0, 0.0, 40.0]
    assert len({each["transactionId"] for each in asked}) == 1
