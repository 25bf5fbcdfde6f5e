"""What every store of webhooks promises: the same tests in memory and on DynamoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.errors import Conflict, NotFound, Stale
from chalicelib.webhooks.deliveries import Attempt, Delivery, Status
from chalicelib.webhooks.store import WebhookRow, WebhookStore
from tests.clouds import ENVIRONMENT, tables
from tests.fakes.webhooks import WebhooksInMemory
from tests.webhooks.builders import ACCOUNT, NOON, an_endpoint

if TYPE_CHECKING:
    from collections.abc import Iterator

    Store = WebhookStore | WebhooksInMemory


@pytest.fixture(params=["in memory", "on DynamoDB"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield WebhooksInMemory()
        return
    with tables(WebhookRow):
        yield WebhookStore(ENVIRONMENT["CADRAN_WEBHOOKS_TABLE"])


def a_delivery(**facts: Any) -> Delivery:
    """Return a message that waits."""
    usual: dict[str, Any] = {
        "id": "msg_1",
        "account_id": ACCOUNT,
        "endpoint_id": "hook_1",
        "event": "call.missed",
        "body": "{}",
        "created_at": NOON,
        "next_at": NOON,
    }
    return Delivery(**(usual | facts))


FAILED = Attempt(at=NOON, milliseconds=10_003, reason="timeout")
TAKEN = Attempt(at=NOON + timedelta(minutes=5), milliseconds=48, status=204)


def test_an_endpoint_comes_back_as_it_went(store: Store) -> None:
    full = an_endpoint(
        description="CRM",
        secret=2,
        enabled=False,
        disabled_reason="gone",
        disabled_at=NOON,
        failing_since=NOON,
    )

    stored = store.save(full)

    assert store.endpoint(ACCOUNT, "hook_1") == stored == replace(full, version=1)


def test_an_account_s_endpoints_are_its_own_in_order(store: Store) -> None:
    later = store.save(an_endpoint(id="hook_a", created_at=NOON + timedelta(hours=1)))
    first = store.save(an_endpoint(id="hook_b"))
    store.save(an_endpoint(id="hook_c", account_id="acct_2"))

    assert store.endpoints(ACCOUNT) == (first, later)
    with pytest.raises(NotFound):
        store.endpoint(ACCOUNT, "hook_c")


def test_an_old_copy_is_not_saved(store: Store) -> None:
    seen = store.save(an_endpoint())
    store.save(seen)

    for old in (seen, an_endpoint()):
        with pytest.raises(Stale):
            store.save(old)


def test_a_deleted_endpoint_is_gone_and_not_made_again_by_its_health(store: Store) -> None:
    seen = store.save(an_endpoint())

    store.delete(ACCOUNT, "hook_1", NOON)
    store.delete(ACCOUNT, "hook_1", NOON)
    store.note_health(seen, NOON)

    assert store.endpoints(ACCOUNT) == ()


def test_the_first_failure_is_remembered_until_a_success(store: Store) -> None:
    seen = store.save(an_endpoint())

    store.note_health(seen, NOON)
    store.note_health(seen, NOON + timedelta(hours=1))
    assert store.endpoint(ACCOUNT, "hook_1") == replace(seen, failing_since=NOON)

    store.note_health(seen, None)
    assert store.endpoint(ACCOUNT, "hook_1") == seen


def test_a_delivery_is_added_once(store: Store) -> None:
    first = store.add(a_delivery())
    tried = first.after(FAILED)
    store.note(tried, 0)

    assert store.add(a_delivery(body="other")) == tried
    assert store.delivery(ACCOUNT, "hook_1", "msg_1") == tried


def test_what_became_of_a_delivery_is_noted_by_whoever_saw_its_tries(store: Store) -> None:
    waiting = store.add(a_delivery())
    failed = waiting.after(FAILED)
    store.note(failed, 0)

    with pytest.raises(Conflict):
        store.note(failed, 0)
    store.note(failed.after(TAKEN), 1)

    found = store.delivery(ACCOUNT, "hook_1", "msg_1")
    assert (found.status, found.attempts) == (Status.DELIVERED, (FAILED, TAKEN))


@pytest.mark.parametrize(
    "wrong",
    [("acct_2", "hook_1", "msg_1"), (ACCOUNT, "hook_2", "msg_1"), (ACCOUNT, "hook_1", "msg_2")],
)
def test_nobody_else_s_delivery_is_found(store: Store, wrong: tuple[str, str, str]) -> None:
    store.add(a_delivery())

    with pytest.raises(NotFound):
        store.delivery(*wrong)


def test_deliveries_are_listed_newest_first_page_by_page(store: Store) -> None:
    made = [
        store.add(a_delivery(id=f"msg_{at}", created_at=NOON + timedelta(seconds=at)))
        for at in range(5)
    ]
    store.add(a_delivery(id="msg_9", endpoint_id="hook_2"))

    first = store.page(ACCOUNT, "hook_1", 3, None)
    second = store.page(ACCOUNT, "hook_1", 3, first.next)

    assert [*first.items, *second.items] == made[::-1]
    assert first.next is not None
    assert second.next is None
    assert store.page("acct_2", "hook_1", 3, None).items == ()


def test_what_was_told_can_be_reached_after_its_endpoint_was_deleted(store: Store) -> None:
    store.save(an_endpoint())
    store.save(an_endpoint(id="hook_2"))
    store.save(an_endpoint(id="hook_3", account_id="acct_rival"))

    store.delete(ACCOUNT, "hook_1", NOON)

    assert set(store.owners(ACCOUNT)) == {"hook_1", "hook_2"}
    assert [each.id for each in store.endpoints(ACCOUNT)] == ["hook_2"]


def test_a_body_is_rewritten_whatever_becomes_of_the_message(store: Store) -> None:
    seen = store.add(a_delivery(body='{"a":1}'))

    store.rewrite(replace(seen, body="{}"))
    store.note(seen.after(TAKEN), 0)
    store.rewrite(a_delivery(id="msg_unknown"))

    found = store.delivery(ACCOUNT, "hook_1", "msg_1")
    assert (found.body, found.status) == ("{}", Status.DELIVERED)
    with pytest.raises(NotFound):
        store.delivery(ACCOUNT, "hook_1", "msg_unknown")
