"""Numbers bought, configured, retired and given back: asked twice, broken off, and contested."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from chalicelib.directory.gateway import OurCarrier, webhook_urls
from chalicelib.directory.lines import COOLING, LineState, NumberTaken, WrongStep
from chalicelib.directory.numbers import (
    LineChanges,
    NumberOrder,
    add_number,
    edit_line,
    line_of,
    point_lines,
    release_line,
    retire_line,
)
from chalicelib.kernel.errors import Conflict, Forbidden, NotFound, Rejected, Stale, Unavailable
from tests.directory import builders as a
from tests.fakes import CarrierInMemory, CarrierOfUrls, DirectoryInMemory

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.directory.lines import Line
    from chalicelib.directory.ports import Attached, SellsNumbers
    from chalicelib.kernel.errors import Fault

PN = f"PN{a.NUMBER}"
OWN_KEY = {"key_account_id": "acct_client"}


def a_directory() -> DirectoryInMemory:
    store = DirectoryInMemory()
    a.an_agency_and_its_client(store)
    store.add_account(a.a_client(id="acct_sibling"))
    store.add_account(a.an_account(id="acct_rival"))
    return store


def added(
    store: DirectoryInMemory,
    carrier: SellsNumbers,
    *,
    now: datetime = a.NOW,
    principal: Mapping[str, object] | None = None,
    **order: object,
) -> Line:
    known: dict[str, object] = {"number": a.NUMBER, **order}
    return add_number(
        NumberOrder(**known),  # type: ignore[arg-type]
        principal=a.a_principal(**(principal or {})),
        now=now,
        store=store,
        carrier=carrier,
        check_flow=any_flow,
    )


def any_flow(account_id: str, flow_id: str, line: Attached) -> tuple[Fault, ...]:
    """Every flow suits every line."""
    return ()


def test_a_number_is_bought_and_points_at_us() -> None:
    store, carrier = a_directory(), CarrierInMemory()

    line = added(store, carrier, fallback="06 12 34 56 78", flow_id="flow_1", label="desk")

    assert store.line(a.NUMBER) == line
    assert line.in_service
    assert (line.account_id, line.flow_id, line.label) == ("acct_client", "flow_1", "desk")
    assert (carrier.bought, carrier.pointed) == ([a.NUMBER], {PN: a.FALLBACK})


def test_a_number_asked_for_twice_is_bought_once() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    added(store, carrier)

    with pytest.raises(NumberTaken):
        added(store, carrier)

    assert carrier.bought == [a.NUMBER]


def test_a_purchase_whose_answer_was_lost_is_not_paid_twice() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    carrier.lose_answer = True
    with pytest.raises(Unavailable):
        added(store, carrier, fallback=a.FALLBACK)

    line = added(store, carrier, fallback=a.FALLBACK)

    assert carrier.bought == [a.NUMBER]
    assert (line.in_service, line.carrier_id) == (True, PN)


def test_a_client_s_own_key_finishes_its_purchase_too() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    carrier.lose_answer = True
    with pytest.raises(Unavailable):
        added(store, carrier, principal=OWN_KEY)

    assert added(store, carrier, principal=OWN_KEY).in_service
    assert carrier.bought == [a.NUMBER]


def test_a_number_being_bought_by_one_account_is_not_another_s() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    carrier.lose_answer = True
    with pytest.raises(Unavailable):
        added(store, carrier)

    with pytest.raises(NumberTaken):
        added(
            store, carrier, principal={"account_id": "acct_rival", "key_account_id": "acct_rival"}
        )


def test_a_number_that_is_not_for_sale_leaves_no_trace() -> None:
    store, carrier = a_directory(), CarrierInMemory(sold_out=[a.NUMBER])

    with pytest.raises(Rejected):
        added(store, carrier)

    with pytest.raises(NotFound):
        store.line(a.NUMBER)


def test_with_the_carrier_down_nothing_is_bought_and_asking_again_works() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    carrier.down = True
    with pytest.raises(Unavailable):
        added(store, carrier)

    carrier.down = False

    assert added(store, carrier).in_service


class DiesAfterBuying(DirectoryInMemory):
    """A directory whose table goes down once a number is reserved."""

    dead = True

    def save_line(self, line: Line) -> Line:
        if self.dead:
            raise Unavailable("down")
        return super().save_line(line)


def test_a_number_bought_just_before_the_table_went_down_is_found_again() -> None:
    store, carrier = DiesAfterBuying(), CarrierInMemory()
    a.an_agency_and_its_client(store)
    with pytest.raises(Unavailable):
        added(store, carrier)

    store.dead = False

    assert added(store, carrier).in_service
    assert carrier.bought == [a.NUMBER]


def test_an_agency_adds_a_number_that_it_holds_without_buying_it() -> None:
    store, carrier = a_directory(), CarrierInMemory(held=[a.NUMBER])

    line = added(store, carrier, buy=False, fallback=a.FALLBACK)

    assert (line.carrier_id, carrier.bought) == (PN, [])
    assert carrier.pointed == {PN: a.FALLBACK}


def test_a_number_still_to_be_ported_is_added_before_the_carrier_has_it() -> None:
    store, carrier = a_directory(), CarrierInMemory()

    line = added(store, carrier, buy=False)

    assert (line.state, line.carrier_id, carrier.bought) == (LineState.ACTIVE, None, [])


@pytest.mark.parametrize(("buy", "error"), [(True, Conflict), (False, Forbidden)])
def test_a_client_does_not_help_itself_from_its_agency_s_numbers(
    buy: bool, error: type[Exception]
) -> None:
    store, carrier = a_directory(), CarrierInMemory(held=[a.NUMBER])

    with pytest.raises(error):
        added(store, carrier, principal=OWN_KEY, buy=buy)

    with pytest.raises(NotFound):
        store.line(a.NUMBER)
    assert carrier.pointed == {}


def retire(store: DirectoryInMemory, account_id: str = "acct_client") -> None:
    retire_line(account_id, a.NUMBER, now=a.NOW, cooling=COOLING, lines=store)


def test_a_retired_number_is_out_of_service_and_its_owner_takes_it_back() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    added(store, carrier, fallback=a.FALLBACK, flow_id="flow_1")
    retire(store)
    out_of_service = not store.line(a.NUMBER).in_service

    line = added(store, carrier, principal=OWN_KEY, now=a.NOW + timedelta(days=1))

    assert out_of_service
    assert (line.in_service, line.flow_id, line.fallback) == (True, "flow_1", a.FALLBACK)
    assert carrier.bought == [a.NUMBER]


def test_retiring_twice_does_not_make_the_rest_longer() -> None:
    store = a_directory()
    added(store, CarrierInMemory())
    retire(store)
    first = store.line(a.NUMBER)

    retire_line(
        "acct_client", a.NUMBER, now=a.NOW + timedelta(days=9), cooling=COOLING, lines=store
    )

    assert store.line(a.NUMBER) == first


def test_a_rested_number_goes_to_another_client_of_the_same_agency() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    added(store, carrier, flow_id="flow_1")
    retire(store)
    sibling = {"account_id": "acct_sibling"}
    with pytest.raises(NumberTaken):
        added(store, carrier, principal=sibling, now=a.NOW + COOLING - timedelta(seconds=1))

    line = added(store, carrier, principal=sibling, now=a.NOW + COOLING)

    assert (line.account_id, line.flow_id, line.in_service) == ("acct_sibling", None, True)
    assert carrier.bought == [a.NUMBER]


def test_a_released_number_is_the_carrier_s_again_and_may_be_bought_anew() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    added(store, carrier)
    retire(store)

    gone = release_line("acct_client", a.NUMBER, lines=store, carrier=carrier)
    held = dict(carrier.held)
    again = release_line("acct_client", a.NUMBER, lines=store, carrier=carrier)
    bought = added(
        store, carrier, principal={"account_id": "acct_rival", "key_account_id": "acct_rival"}
    )

    assert (gone.state, gone.carrier_id, held, again) == (LineState.RELEASED, None, {}, gone)
    assert (bought.account_id, bought.in_service) == ("acct_rival", True)


def test_a_number_in_use_is_not_released() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    added(store, carrier)

    with pytest.raises(WrongStep):
        release_line("acct_client", a.NUMBER, lines=store, carrier=carrier)

    assert a.NUMBER in carrier.held


def test_a_release_that_broke_off_is_finished_by_asking_again() -> None:
    store, carrier = DiesAfterBuying(), CarrierInMemory()
    store.dead = False
    a.an_agency_and_its_client(store)
    added(store, carrier)
    retire(store)
    store.dead = True
    with pytest.raises(Unavailable):
        release_line("acct_client", a.NUMBER, lines=store, carrier=carrier)

    store.dead = False

    assert release_line("acct_client", a.NUMBER, lines=store, carrier=carrier).state is (
        LineState.RELEASED
    )


def edited(
    changes: LineChanges, store: DirectoryInMemory, carrier: SellsNumbers, **facts: object
) -> Line:
    known: dict[str, object] = {"account_id": "acct_client", "version": 2, **facts}
    doors = {"lines": store, "carrier": carrier, "check_flow": any_flow, "now": a.NOW}
    return edit_line(changes, number=a.NUMBER, **doors, **known)  # type: ignore[arg-type]


def test_a_new_fallback_is_told_to_the_carrier() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    added(store, carrier, flow_id="flow_1")

    line = edited({"fallback": "06 12 34 56 78"}, store, carrier)

    assert (line.fallback, line.flow_id) == (a.FALLBACK, "flow_1")
    assert carrier.pointed == {PN: a.FALLBACK}


def test_a_fallback_is_taken_away_there_too() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    added(store, carrier, fallback=a.FALLBACK)

    edited({"fallback": None}, store, carrier)

    assert (store.line(a.NUMBER).fallback, carrier.pointed) == (None, {PN: None})


def test_a_label_is_none_of_the_carrier_s_business() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    added(store, carrier, fallback=a.FALLBACK)
    carrier.down = True

    assert edited({"label": "desk", "flow_id": None}, store, carrier).label == "desk"


def test_a_change_the_carrier_did_not_hear_of_is_repeated() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    added(store, carrier)
    carrier.down = True
    with pytest.raises(Unavailable):
        edited({"fallback": a.FALLBACK}, store, carrier)

    carrier.down = False
    edited({"fallback": a.FALLBACK}, store, carrier, version=3)

    assert carrier.pointed == {PN: a.FALLBACK}


def test_a_surcharged_fallback_changes_nothing() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    before = added(store, carrier, fallback=a.FALLBACK)

    with pytest.raises(Rejected):
        edited({"fallback": "0892 12 34 56", "label": "new"}, store, carrier)

    assert store.line(a.NUMBER) == before


def test_a_change_to_an_old_copy_is_refused() -> None:
    store, carrier = a_directory(), CarrierInMemory()
    added(store, carrier)

    with pytest.raises(Stale):
        edited({"label": "x"}, store, carrier, version=1)


@pytest.mark.parametrize("stranger", ["acct_sibling", "acct_rival", "acct_agency"])
def test_another_account_s_number_does_not_exist(stranger: str) -> None:
    store, carrier = a_directory(), CarrierInMemory()
    before = added(store, carrier)

    with pytest.raises(NotFound):
        line_of(stranger, a.NUMBER, store)
    with pytest.raises(NotFound):
        edited({"label": "mine"}, store, carrier, account_id=stranger)
    with pytest.raises(NotFound):
        retire(store, stranger)
    with pytest.raises(NotFound):
        release_line(stranger, a.NUMBER, lines=store, carrier=carrier)
    assert store.line(a.NUMBER) == before


def test_a_deployment_points_every_number_we_know_and_no_other() -> None:
    store, carrier = a_directory(), CarrierInMemory(held=[a.OTHER])
    added(store, carrier, fallback=a.FALLBACK)
    carrier.pointed.clear()

    pointed = list(point_lines(store, carrier))

    assert [line.number for line in pointed] == [a.NUMBER]
    assert carrier.pointed == {PN: a.FALLBACK}


def test_a_number_s_webhooks_carry_its_fallback() -> None:
    urls = webhook_urls("https://cadran.test/api", a.FALLBACK)

    assert urls.voice == "https://cadran.test/api/voice/incoming?fallback=%2B33612345678"
    assert urls.fallback == "https://cadran.test/api/voice/fallback?fallback=%2B33612345678"
    assert urls.status == "https://cadran.test/api/voice/status"
    assert urls.messages == "https://cadran.test/api/messages/incoming"
    assert webhook_urls("https://cadran.test", None).voice == "https://cadran.test/voice/incoming"


def test_the_directory_s_carrier_is_the_carrier_with_our_urls() -> None:

    carrier = CarrierOfUrls()
    ours = OurCarrier(carrier, "https://cadran.test")

    bought = ours.buy(a.NUMBER, a.FALLBACK)
    ours.point(bought.carrier_id or "", None)
    held = list(ours.owned())
    ours.release(bought.carrier_id or "")

    assert held == [bought]
    assert [urls.voice for urls in carrier.heard] == [
        "https://cadran.test/voice/incoming?fallback=%2B33612345678",
        "https://cadran.test/voice/incoming",
    ]
    assert list(ours.owned()) == []
