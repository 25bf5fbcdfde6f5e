"""Messages on their way: each server at its own pace, until it takes them or is given up."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.kernel.errors import Rejected, Stale
from chalicelib.webhooks.deliveries import RETRIES, Status
from chalicelib.webhooks.endpoints import MOST_ENDPOINTS
from chalicelib.webhooks.usecases import create_endpoint, edit_endpoint, resend, see_to, try_out
from tests.webhooks.builders import ACCOUNT, CRM, NOON, Office, an_endpoint, happened

ERP = "https://erp.example.fr/calls"


def an_office(**answers: int | str) -> Office:
    """Open an office with a server that answers as told."""
    office = Office()
    office.store.save(an_endpoint())
    office.servers.answers = {CRM: answers.get("crm", 200), ERP: answers.get("erp", 200)}
    return office


def test_a_missed_call_reaches_the_server_once() -> None:
    office = an_office()

    office.orders.put(happened(), office.now)
    office.orders.put(happened(), office.now)
    office.work()
    office.orders.put(happened(), office.now)
    office.work()

    assert office.servers.asked == [(CRM, happened().message_id, happened().body)]
    delivery = office.delivery()
    assert (delivery.status, delivery.tries, delivery.next_at) == (Status.DELIVERED, 1, None)
    assert [each.status for each in delivery.attempts] == [200]


def test_each_server_gets_what_it_wants_whatever_the_others_do() -> None:
    office = an_office(crm="timeout")
    office.store.save(an_endpoint(id="hook_2", url=ERP))
    office.store.save(an_endpoint(id="hook_3", url=ERP, events=("call.ringing",)))

    office.orders.put(happened(), office.now)
    office.work()

    assert [url for url, *_ in office.servers.asked] == [CRM, ERP]
    assert office.delivery().status is Status.PENDING
    assert office.delivery("hook_2").status is Status.DELIVERED


def test_a_failure_is_tried_again_as_standard_webhooks_suggests_and_then_given_up() -> None:
    office = an_office(crm=503)

    office.orders.put(happened(), office.now)
    office.work_through(hours=100)

    delivery = office.delivery()
    assert delivery.status is Status.FAILED
    assert {message_id for _, message_id, _ in office.servers.asked} == {delivery.id}
    waits = [
        later.at - before.at
        for before, later in zip(delivery.attempts, delivery.attempts[1:], strict=False)
    ]
    assert len(waits) == len(RETRIES) == 9
    for waited, advised in zip(waits, RETRIES, strict=True):
        assert advised <= waited <= advised * 1.1


def test_a_server_that_comes_back_takes_what_waits_and_is_well_again() -> None:
    office = an_office(crm="connect")
    office.orders.put(happened(), office.now)
    office.work_through(hours=1)
    assert office.store.endpoint(ACCOUNT, "hook_1").failing_since == NOON

    office.servers.answers[CRM] = 200
    office.work_through(hours=3)

    assert office.delivery().status is Status.DELIVERED
    assert office.store.endpoint(ACCOUNT, "hook_1").failing_since is None


def test_an_attempt_that_is_not_due_is_put_back() -> None:
    office = an_office(crm=500)
    office.orders.put(happened(), office.now)
    office.work()
    (errand,) = office.orders.taken()

    office.wait(seconds=2)
    see_to(errand, office.desk)

    assert len(office.servers.asked) == 1
    assert office.orders.left == [errand]


def test_an_order_that_comes_twice_asks_once() -> None:
    office = an_office(crm=500)
    office.orders.put(happened(), office.now)
    office.work()
    (errand,) = office.orders.taken()
    office.wait(seconds=6)

    see_to(errand, office.desk)
    see_to(errand, office.desk)

    assert office.delivery().tries == 2
    assert len(office.servers.asked) == 2
    assert len(office.orders.left) == 1


def test_who_answers_410_is_never_asked_again() -> None:
    office = an_office(crm=410)

    office.orders.put(happened(), office.now)
    office.work()

    stopped = office.store.endpoint(ACCOUNT, "hook_1")
    assert (stopped.enabled, stopped.disabled_reason, stopped.disabled_at) == (False, "gone", NOON)
    assert office.delivery().status is Status.FAILED
    assert office.orders.left == []
    office.orders.put(happened(event_id="CA2"), office.now)
    office.work()
    assert len(office.servers.asked) == 1


@pytest.mark.parametrize(
    ("hours", "enabled"),
    [
        pytest.param(5 * 24 - 1, True, id="for just under five days"),
        pytest.param(5 * 24, False, id="for five days"),
    ],
)
def test_a_server_that_fails_for_days_is_told_no_more(hours: int, enabled: bool) -> None:
    office = an_office(crm=500)
    office.orders.put(happened(), office.now)
    office.work()
    office.orders.taken()

    office.wait(hours=hours)
    office.orders.put(happened(event_id="CA2"), office.now)
    office.work()

    endpoint = office.store.endpoint(ACCOUNT, "hook_1")
    assert endpoint.enabled is enabled
    assert endpoint.disabled_reason == (None if enabled else "failing")


def test_what_waits_for_a_server_that_is_switched_off_is_cancelled_and_can_be_resent() -> None:
    office = an_office(crm=500)
    office.orders.put(happened(), office.now)
    office.work()
    switched(office, enabled=False)
    office.work_through(hours=1)
    assert office.delivery().status is Status.CANCELLED

    office.servers.answers[CRM] = 200
    switched(office, enabled=True)
    sent_again(office)
    office.work()

    assert office.delivery().status is Status.DELIVERED


def test_what_was_taken_can_be_resent_under_the_same_id() -> None:
    office = an_office()
    office.orders.put(happened(), office.now)
    office.work()

    sent_again(office)
    office.work()

    first, second = office.servers.asked
    assert first == second
    assert office.delivery().tries == 2


def test_resending_what_waits_takes_the_place_of_the_attempt_that_was_due() -> None:
    office = an_office(crm=500)
    office.orders.put(happened(), office.now)
    office.work()

    sent_again(office)
    office.work()
    office.work_through(hours=100)

    assert office.delivery().tries == 1 + len(RETRIES)


def test_a_trial_is_one_attempt() -> None:
    office = an_office(crm=500)

    tried = try_out(office.store.endpoint(ACCOUNT, "hook_1"), "trial_1", office.desk)

    assert (tried.event, tried.status, tried.next_at) == ("webhook.test", Status.FAILED, None)
    assert office.orders.left == []


def test_an_account_has_so_many_webhooks_and_no_more() -> None:
    office = Office()
    for at in range(MOST_ENDPOINTS):
        create_endpoint(an_endpoint(id=f"hook_{at:02}"), office.store)

    with pytest.raises(Rejected, match="as many webhooks"):
        create_endpoint(an_endpoint(id="hook_99"), office.store)


def test_everything_wrong_with_a_webhook_is_said_at_once() -> None:
    wrong = an_endpoint(url="http://10.0.0.1/", events=("call.lost", "call.missed", "call.missed"))

    with pytest.raises(Rejected) as caught:
        create_endpoint(wrong, Office().store)

    assert [fault.pointer for fault in caught.value.faults] == ["/events/0", "/events", "/url"]


def test_nobody_undoes_anothers_change() -> None:
    office = an_office()

    with pytest.raises(Stale):
        edit_endpoint(
            lambda seen: seen,
            account_id=ACCOUNT,
            endpoint_id="hook_1",
            version=7,
            endpoints=office.store,
        )


def test_servers_that_failed_together_are_not_asked_together() -> None:
    office = an_office(crm=500)
    for at in range(20):
        office.orders.put(happened(event_id=f"CA{at}"), office.now)
    office.work()

    due = {office.delivery(event=happened(event_id=f"CA{at}")).next_at for at in range(20)}

    assert len(due) > 10
    assert max(each for each in due if each) <= NOON + timedelta(seconds=5.5)


def switched(office: Office, *, enabled: bool) -> None:
    """Switch the server off or on, as its owner does."""
    edit_endpoint(
        lambda seen: seen.switched(office.now, enabled=enabled),
        account_id=ACCOUNT,
        endpoint_id="hook_1",
        version=None,
        endpoints=office.store,
    )


def sent_again(office: Office) -> None:
    """Have the message resent, as its owner does."""
    resend(office.delivery(), deliveries=office.store, orders=office.orders, now=office.now)
