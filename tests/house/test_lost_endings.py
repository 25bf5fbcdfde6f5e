"""A caller who talked, and a webhook about it that never came: the carrier knows, and is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.calls.documents import COLUMNS, CallsCsv
from chalicelib.kernel.errors import Unavailable
from chalicelib.runtime import wiring
from chalicelib.runtime.gateway import CarrierCall
from tests.house.carrier import CALL, LEG, Caller, a_forwarded_call
from tests.house.shops import CALLER, OVEN, Shop, a_shop

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Carrier:
    """What the carrier knows of the leg to the oven."""

    status: str = "completed"
    seconds: int = 90
    down: bool = False
    asked: list[str] = field(default_factory=list)

    def legs(self, call_id: str) -> list[CarrierCall]:
        self.asked.append(call_id)
        if self.down:
            raise Unavailable("the carrier does not answer")
        return [CarrierCall(LEG, OVEN, CALLER, self.status, self.seconds, None)]


@pytest.fixture(scope="module")
def open_shop() -> Iterator[Shop]:
    with a_shop() as opened:
        yield opened


@pytest.fixture
def shop(open_shop: Shop) -> Shop:
    open_shop.forget_calls()
    for mark in ("tally#", "seen#", "call#"):
        open_shop.forget_rows("tracking", mark)
    return open_shop


@pytest.fixture(autouse=True)
def carrier(monkeypatch: pytest.MonkeyPatch) -> Carrier:
    known = Carrier()
    monkeypatch.setattr(wiring, "gateway", lambda: known)
    return known


def talks_and_nobody_tells(shop: Shop) -> Caller:
    """Press 1 and be put through; the end of the call is told, that of the conversation is not."""
    call = Caller()
    call.rings()
    call.presses("1")
    call.hangs_up(after=95)
    shop.project()
    shop.track()
    return call


def shown(shop: Shop) -> tuple[Any, Any]:
    call = shop.call(CALL)
    return call["outcome"], call["talk_seconds"]


def counted(shop: Shop, *names: str) -> tuple[int, ...]:
    (row,) = shop.counts()
    return tuple(row[name] for name in names)


def listed(shop: Shop, outcome: str) -> list[str]:
    return [each["id"] for each in shop.gets(f"/v1/calls?outcome={outcome}")["items"]]


def test_until_the_carrier_was_asked_nobody_says_that_the_call_was_abandoned(shop: Shop) -> None:
    talks_and_nobody_tells(shop)

    assert shown(shop) == ("unknown", None)
    assert (listed(shop, "unknown"), listed(shop, "abandoned")) == ([CALL], [])
    assert counted(shop, "calls", "unknown", "abandoned") == (1, 1, 0)


def test_the_carrier_tells_how_long_it_was(shop: Shop, carrier: Carrier) -> None:
    talks_and_nobody_tells(shop)

    assert shop.project_again() == 1
    shop.project()

    assert carrier.asked == [CALL]
    assert shown(shop) == ("answered", 90)
    assert (listed(shop, "answered"), listed(shop, "unknown")) == ([CALL], [])
    assert counted(shop, "answered", "unknown", "talk_seconds") == (1, 0, 90)
    assert shop.project_again() == 0


def test_a_caller_who_hung_up_while_it_rang_was_missed(shop: Shop, carrier: Carrier) -> None:
    carrier.status, carrier.seconds = "no-answer", 0
    talks_and_nobody_tells(shop)

    shop.project_again()

    assert shown(shop) == ("missed", 0)


def test_an_end_that_comes_late_is_told_once(shop: Shop, carrier: Carrier) -> None:
    call = talks_and_nobody_tells(shop)
    shop.project_again()

    call.is_put_through(seconds=90)

    assert shown(shop) == ("answered", 90)
    assert shop.events(CALL).count("dialled") == 1


def test_an_end_that_comes_by_itself_leaves_the_carrier_alone(shop: Shop, carrier: Carrier) -> None:
    call = talks_and_nobody_tells(shop)
    call.is_put_through(seconds=90)

    shop.project_again()

    assert (shown(shop), carrier.asked) == (("answered", 90), [])


def test_a_carrier_that_does_not_answer_is_asked_again(shop: Shop, carrier: Carrier) -> None:
    carrier.down = True
    talks_and_nobody_tells(shop)

    with pytest.raises(ExceptionGroup):
        shop.project_again()

    assert shown(shop) == ("unknown", None)


def test_a_call_that_goes_as_it_should_asks_nobody(shop: Shop, carrier: Carrier) -> None:
    a_forwarded_call()
    shop.project(shop.row(CALL))
    shop.track()

    assert (shop.project_again(), carrier.asked) == (0, [])


def test_a_call_in_an_export_has_no_talk_where_nobody_knows_it(shop: Shop) -> None:
    talks_and_nobody_tells(shop)
    call = wiring.calls().load("acct_shop", CALL)

    cells = CallsCsv().lines([call]).decode().split(";")

    row = dict(zip(COLUMNS, cells, strict=True))
    assert (row["outcome"], row["seconds"], row["talk_seconds"]) == ("unknown", "95", "")
