"""A call that ended is told, once, to whoever wants it, and taken back when it no longer counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.errors import Conflict, Unavailable
from chalicelib.tracking.conversions.conversion import MOST_TRIES, State
from chalicelib.tracking.conversions.deeds import Judged, of_call
from chalicelib.tracking.conversions.destinations import Destination, Network
from chalicelib.tracking.conversions.evidence import Known
from chalicelib.tracking.conversions.ports import Busy
from chalicelib.tracking.conversions.telling import after, see_to
from chalicelib.tracking.conversions.usecases import NotAgain, archive_destination, preview, resend
from chalicelib.tracking.conversions.words import Reason
from local.providers.asked import Answer
from tests.tracking.conversions.builders import (
    AGREED,
    IDS,
    NOON,
    House,
    a_call,
    a_destination,
    a_visit,
    known_of,
    said,
)
from tests.tracking.journeys.builders import ACCOUNT, an_unknown

if TYPE_CHECKING:
    from chalicelib.tracking.conversions.conversion import Entry

SPAM = Judged(spam=True)
TAKES_BACK = {Network.GOOGLE_ADS, Network.DATA_MANAGER, Network.MICROSOFT_ADS}
ONE_BY_ONE = [pytest.param(each, id=each.value) for each in Network]


def a_house(network: Network = Network.META, **facts: Any) -> House:
    return House(a_destination(network, **facts))


def ended(house: House) -> Entry:
    """Show the call to the projection, and return what the log says then."""
    after(house.known.deed, house.desk)
    return house.entry


def come_due(house: House) -> Entry:
    """Let time go by until the conversion is due, and see to it."""
    entry = house.entry
    if entry.next_at is not None:
        house.now = max(house.now, entry.next_at)
    see_to(ACCOUNT, entry.id, house.desk)
    return house.entry


def come_to_an_end(house: House) -> Entry:
    """See to it until nothing is left to be done."""
    for _ in range(2 * MOST_TRIES):
        if not come_due(house).is_under_way:
            break
    return house.entry


@pytest.mark.parametrize("network", ONE_BY_ONE)
def test_a_call_is_told_and_its_attempt_is_in_the_log(network: Network) -> None:
    house = a_house(network)

    waiting = ended(house)
    sent = come_due(house)

    assert (waiting.state, sent.state) == (State.WAITING, State.SENT)
    assert len(sent.attempts) == 1
    assert len(house.taken()) == 1


@pytest.mark.parametrize("network", ONE_BY_ONE)
def test_a_call_that_is_shown_twice_is_told_once(network: Network) -> None:
    house = a_house(network)

    for _ in range(3):
        ended(house)
        come_due(house)

    assert len(house.taken()) == 1


def test_a_message_that_comes_twice_sends_once() -> None:
    house = a_house()
    entry = ended(house)

    see_to(ACCOUNT, entry.id, house.desk)
    see_to(ACCOUNT, entry.id, house.desk)

    assert len(house.taken()) == 1


def test_two_workers_are_never_at_one_conversion() -> None:
    house = a_house()
    entry = house.store.save(replace(ended(house), claimed_at=house.now))

    see_to(ACCOUNT, entry.id, house.desk)

    assert house.taken() == []
    assert house.queue.due[-1] == (ACCOUNT, entry.id, house.now + timedelta(minutes=2))


def test_a_worker_that_lost_the_race_leaves_it_to_the_winner() -> None:
    house = a_house()
    entry = ended(house)
    house.store.find = lambda *_: entry  # type: ignore[method-assign]
    house.store.save(entry)

    see_to(ACCOUNT, entry.id, house.desk)

    assert house.taken() == []
    assert house.queue.due[-1][2] == house.now + timedelta(minutes=2)


def test_a_call_is_not_judged_anew_under_a_worker() -> None:
    house = a_house()
    house.store.save(replace(ended(house), claimed_at=house.now))

    house.judged = SPAM
    with pytest.raises(Busy):
        ended(house)


def test_a_worker_that_died_is_replaced() -> None:
    house = a_house()
    entry = house.store.save(replace(ended(house), claimed_at=house.now))
    house.now += timedelta(minutes=3)

    see_to(ACCOUNT, entry.id, house.desk)

    assert house.entry.state is State.SENT


@pytest.mark.parametrize(
    ("network", "wait"),
    [
        pytest.param(Network.GOOGLE_ADS, timedelta(hours=5), id="six hours after the click"),
        pytest.param(Network.DATA_MANAGER, timedelta(hours=5), id="likewise"),
        pytest.param(Network.MICROSOFT_ADS, timedelta(hours=1), id="two hours after the click"),
    ],
)
def test_networks_are_told_no_earlier_than_they_know_of_the_click(
    network: Network, wait: timedelta
) -> None:
    house = a_house(network)

    entry = ended(house)
    see_to(ACCOUNT, entry.id, house.desk)

    assert entry.next_at == NOON + wait
    assert house.networks.asked == []
    assert house.queue.due[-1] == (ACCOUNT, entry.id, NOON + wait)


def test_googles_calls_wait_six_hours_after_the_call() -> None:
    ids = {**IDS[Network.GOOGLE_ADS], "upload": "calls"}
    house = a_house(Network.GOOGLE_ADS, ids=ids)

    assert ended(house).next_at == NOON + timedelta(hours=6)
    assert come_due(house).state is State.SENT


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        pytest.param({"visit": None}, Reason.NO_VISIT, id="a visit that was erased"),
        pytest.param({"journey": None}, Reason.NO_VISIT, id="no journey"),
        pytest.param({"journey": an_unknown()}, Reason.NO_VISIT, id="a call nobody explains"),
        pytest.param({"visit": a_visit()}, Reason.NO_CONSENT, id="consent to the visit alone"),
        pytest.param({"journey": known_of(Network.GA4).journey}, Reason.NO_CLICK, id="no click"),
    ],
)
def test_what_cannot_be_told_is_in_the_log_with_its_reason(
    facts: dict[str, Any], reason: Reason
) -> None:
    destination = a_destination(Network.GOOGLE_ADS)
    house = House(destination, known_of(Network.GOOGLE_ADS, **facts))

    entry = ended(house)

    assert (entry.state, entry.reason) == (State.SKIPPED, reason)
    assert house.queue.due == []


def test_nobody_is_told_of_a_browser_that_analytics_does_not_know() -> None:
    known = known_of(Network.GA4, visit=a_visit(said(**AGREED)))

    assert ended(House(a_destination(Network.GA4), known)).reason is Reason.NO_CLIENT_ID


def test_consent_taken_back_before_it_is_sent_counts() -> None:
    house = a_house(Network.GOOGLE_ADS)
    ended(house)

    house.visit = None
    entry = come_due(house)

    assert (entry.state, entry.reason) == (State.SKIPPED, Reason.NO_VISIT)
    assert house.taken() == []


def test_consent_that_comes_later_is_heeded_when_the_call_is_shown_again() -> None:
    house = a_house()
    agreed, house.visit = house.visit, a_visit()
    assert ended(house).state is State.SKIPPED

    house.visit = agreed
    assert ended(house).state is State.WAITING

    assert come_due(house).state is State.SENT


@pytest.mark.parametrize(
    "destination",
    [
        pytest.param(a_destination(Network.META, paused=True), id="paused"),
        pytest.param(
            a_destination(Network.META, created_at=NOON + timedelta(seconds=1)),
            id="made after the call",
        ),
    ],
)
def test_destinations_that_do_not_want_the_call_leave_no_line(destination: Destination) -> None:
    house = House(destination)

    after(house.known.deed, house.desk)

    assert house.store.entries(ACCOUNT, 10).items == ()


@pytest.mark.parametrize("judged", [SPAM, Judged(qualified=False)], ids=["spam", "disqualified"])
def test_a_call_that_does_not_count_leaves_no_line(judged: Judged) -> None:
    house = a_house()
    house.judged = judged

    after(house.known.deed, house.desk)

    assert house.store.entries(ACCOUNT, 10).items == ()


def test_spam_found_in_time_is_never_told() -> None:
    house = a_house(Network.GOOGLE_ADS)
    ended(house)

    house.judged = SPAM
    entry = ended(house)
    see_to(ACCOUNT, entry.id, house.desk)

    assert entry.state is State.CANCELLED
    assert house.networks.asked == []


@pytest.mark.parametrize("network", ONE_BY_ONE)
def test_spam_found_too_late_is_taken_back_where_that_is_possible(network: Network) -> None:
    house = a_house(network)
    ended(house)
    come_due(house)

    house.judged = SPAM
    assert ended(house).state is State.RETRACTING
    entry = come_to_an_end(house)

    expected = State.RETRACTED if network in TAKES_BACK else State.STANDS
    assert entry.state is expected
    assert len(house.taken()) == (2 if network in TAKES_BACK else 1)


def test_spam_that_is_restored_before_anything_was_sent_is_told() -> None:
    house = a_house()
    ended(house)
    house.judged = SPAM
    ended(house)

    house.judged = Judged()
    ended(house)

    assert come_due(house).state is State.SENT


def test_spam_that_is_restored_before_it_was_taken_back_stands_as_sent() -> None:
    house = a_house()
    ended(house)
    come_due(house)
    house.judged = SPAM
    ended(house)

    house.judged = Judged()

    assert ended(house).state is State.SENT
    assert come_due(house).state is State.SENT


def test_a_network_that_does_not_answer_is_asked_again_with_patience() -> None:
    house = a_house()
    ended(house)
    house.web.down = True

    first = come_due(house)
    second = come_due(house)
    house.web.down = False
    third = come_due(house)

    assert first.next_at == first.attempts[0].at + timedelta(minutes=1)
    assert second.next_at == second.attempts[1].at + timedelta(minutes=5)
    assert [each.code for each in third.attempts] == ["timeout", "timeout", "ok"]
    assert third.state is State.SENT


def test_patience_ends() -> None:
    house = a_house(Network.MICROSOFT_ADS)
    ended(house)
    house.web.down = True

    entry = come_to_an_end(house)

    assert (entry.state, len(entry.attempts)) == (State.GIVEN_UP, MOST_TRIES)


def test_what_a_network_no_longer_wants_to_hear_is_given_up() -> None:
    house = a_house()
    ended(house)
    house.now = NOON + timedelta(days=7, seconds=1)

    entry = come_due(house)

    assert (entry.state, entry.reason) == (State.GIVEN_UP, Reason.TOO_LATE)
    assert house.networks.asked == []


def test_a_network_that_asks_to_wait_is_left_alone() -> None:
    house = a_house()
    ended(house)
    house.networks.faults["graph.facebook.com"] = [Answer(400, {"error": {"code": 4}})]

    entry = come_due(house)

    assert (entry.state, entry.reason) == (State.WAITING, Reason.BUSY)
    assert come_due(house).state is State.SENT


def test_a_click_that_google_does_not_know_yet_is_told_six_hours_later() -> None:
    house = a_house(Network.GOOGLE_ADS)
    ended(house)
    early = {"errorCode": {"conversionUploadError": "TOO_RECENT_EVENT"}}
    partial = {"partialFailureError": {"code": 3, "details": [{"errors": [early]}]}}
    house.networks.faults["googleads.googleapis.com"] = [Answer(200, partial)]

    entry = come_due(house)

    assert entry.next_at == house.now + timedelta(hours=6)
    assert come_due(house).state is State.SENT


@pytest.mark.parametrize(
    ("network", "secrets"),
    [
        (Network.META, {"access_token": "revoked"}),
        (Network.DATA_MANAGER, {"client_id": "demo-client", "client_secret": "demo-secret"}),
    ],
)
def test_access_that_was_revoked_is_final_until_somebody_mends_it(
    network: Network, secrets: dict[str, str]
) -> None:
    house = a_house(network)
    good = house.vault.secrets("dst_1")
    house.vault.put("dst_1", {**secrets, **({} if network is Network.META else _REVOKED)})
    ended(house)

    refused = come_due(house)
    ended(house)
    assert house.entry == refused
    house.vault.put("dst_1", good)
    resend(ACCOUNT, refused.id, house.desk)

    assert (refused.state, refused.reason) == (State.REFUSED, Reason.CONNECT_AGAIN)
    assert come_due(house).state is State.SENT
    assert len(house.entry.attempts) == 2


_REVOKED = {"refresh_token": "revoked"}


def test_what_is_sent_again_waits_until_the_network_can_know_its_click() -> None:
    house = a_house(Network.DATA_MANAGER)
    agreed, house.visit = house.visit, a_visit()
    skipped, house.visit = ended(house), agreed

    opened = resend(ACCOUNT, skipped.id, house.desk)

    clicked = NOON - timedelta(hours=1)
    assert opened.next_at == clicked + timedelta(hours=6)
    assert house.queue.due[-1][2] == opened.next_at
    assert come_due(house).state is State.SENT


def test_what_was_sent_is_not_sent_again_on_demand() -> None:
    house = a_house()
    ended(house)
    entry = come_due(house)

    with pytest.raises(NotAgain):
        resend(ACCOUNT, entry.id, house.desk)


def test_a_destination_that_was_retired_meanwhile_is_told_nothing() -> None:
    house = a_house(Network.GOOGLE_ADS)
    house.store = type(house.store)(replace(house.destination, version=0))
    house.store.save_destination(replace(house.destination, version=0))
    ended(house)

    archive_destination(ACCOUNT, "dst_1", now=NOON, store=house.store, vault=house.vault)
    entry = come_due(house)

    assert (entry.state, entry.reason) == (State.CANCELLED, Reason.DESTINATION_GONE)
    assert house.vault.kept == {}


def test_an_event_that_analytics_would_drop_is_never_collected() -> None:
    house = a_house(Network.GA4)
    ended(house)
    message = {"fieldPath": "events", "validationCode": "NAME_INVALID", "description": "no"}
    wrong = Answer(200, {"validationMessages": [message]})
    house.networks.faults["www.google-analytics.com"] = [wrong]

    entry = come_due(house)

    assert (entry.state, entry.attempts[0].code) == (State.REFUSED, "NAME_INVALID")
    assert len(house.networks.asked) == 1


def test_a_log_that_changed_under_a_worker_is_told_to_it() -> None:
    house = a_house()
    stale = ended(house)
    house.store.save(replace(stale, tries=1))

    with pytest.raises(Conflict):
        house.store.save(stale)


def test_a_queue_that_fails_has_the_call_shown_again() -> None:
    house = a_house()
    house.queue.down = True
    with pytest.raises(Unavailable):
        ended(house)

    house.queue.down = False
    ended(house)

    assert len(house.queue.due) == 1
    assert come_due(house).state is State.SENT


def test_a_preview_shows_what_would_be_sent_and_sends_nothing() -> None:
    house = a_house(send_caller=True)

    found = preview(house.known.deed, "dst_1", house.desk)

    (request,) = found.requests
    assert request.body["data"][0]["action_source"] == "phone_call"
    assert "access_token" not in request.url
    assert (found.reason, house.networks.asked) == (None, [])
    assert house.store.entries(ACCOUNT, 10).items == ()


def test_a_preview_says_why_nothing_would_be_sent() -> None:
    house = a_house()
    house.known = Known(deed=of_call(a_call(talk_seconds=3)), journey=house.known.journey)

    assert preview(house.known.deed, "dst_1", house.desk).reason is Reason.DOES_NOT_COUNT


def test_the_log_has_nothing_that_is_peoples() -> None:
    house = a_house(send_caller=True)
    ended(house)

    entry = repr(come_due(house))

    assert "IwAR0abc" not in entry
    assert "639981234" not in entry
