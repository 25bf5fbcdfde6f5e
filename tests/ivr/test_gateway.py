"""Customers' servers asked during a call: signed, in time, and not more often than needed."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from standardwebhooks import Webhook

from chalicelib.ivr.gateway import HttpLookups
from chalicelib.ivr.lookups import LookupFailed, LookupRequest, Lookups, Method
from chalicelib.kernel.errors import Unavailable
from chalicelib.kernel.internet import Trouble
from chalicelib.kernel.signing import account_secret
from chalicelib.runtime import patience, wiring
from tests.clouds import PEPPER, Cloud
from tests.servers import Served, answers, serving

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BODY = b'{"orders": [{"status": "sent", "total": 12.50}]}'
ANSWER = (("order.status", "/orders/0/status"), ("order.total", "orders.0.total"))
CALL = "CA" + "1" * 32
FOUND = {"order.status": "sent", "order.total": "12.50"}


def secret_of(account_id: str, generation: int) -> str:
    return account_secret(PEPPER, account_id, generation)


@pytest.fixture
def crm() -> Iterator[Served]:
    """A customer's server that is well."""
    with serving(answers(BODY)) as served:
        yield served


def lookups(served: Served, **options: Any) -> Lookups:
    return HttpLookups(secret_of, network=served.network(), **options)


def a_lookup(served: Served, target: str = "/", **changes: Any) -> LookupRequest:
    return LookupRequest(**{"url": served.url(target), "answer": ANSWER} | changes)


def headers_of(request: bytes) -> dict[str, str]:
    lines = request.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


def body_of(request: bytes) -> bytes:
    return request.partition(b"\r\n\r\n")[2]


def test_the_answer_becomes_variables(crm: Served) -> None:
    assert lookups(crm).fetch("acct_1", a_lookup(crm), CALL, NOW) == FOUND


@pytest.mark.parametrize(
    "request_", [{"body": '{"a": "\\u00e9"}', "secret": 2}, {"method": Method.GET}], ids=str
)
def test_the_customer_can_tell_that_it_is_us(crm: Served, request_: dict[str, Any]) -> None:
    now = datetime.now(UTC)  # the library has a clock of its own

    lookups(crm).fetch("acct_1", a_lookup(crm, **request_), CALL, now)

    sent = crm.requests[0]
    verifier = Webhook(secret_of("acct_1", request_.get("secret", 1)))
    verifier.verify(body_of(sent), headers_of(sent), json_parse=False)
    assert "." not in headers_of(sent)["webhook-id"]


def test_the_same_question_of_the_same_call_has_the_same_id(crm: Served) -> None:
    known = lookups(crm)
    for call_id, target in ((CALL, "/"), (CALL, "/"), (CALL, "/x"), ("CA2", "/")):
        known.fetch("acct_1", a_lookup(crm, target), call_id, NOW)

    first, again, other, stranger = [headers_of(each)["webhook-id"] for each in crm.requests]
    assert first == again
    assert len({first, other, stranger}) == 3


def test_a_customer_s_header_is_sent_but_never_instead_of_ours(crm: Served) -> None:
    lookup = a_lookup(crm, headers=(("X-Api-Key", "k"), ("webhook-id", "forged")), body="{}")

    lookups(crm).fetch("acct_1", lookup, CALL, NOW)

    headers = headers_of(crm.requests[0])
    assert headers["x-api-key"] == "k"
    assert headers["content-type"] == "application/json"
    assert headers["webhook-id"] != "forged"


def test_an_answer_is_used_again_while_it_is_fresh(crm: Served) -> None:
    known = lookups(crm)
    lookup = a_lookup(crm, cache_seconds=60)

    asked = []
    for seconds in (0, 59, 60, 61):
        assert known.fetch("acct_1", lookup, CALL, NOW + timedelta(seconds=seconds)) == FOUND
        asked.append(len(crm.requests))

    assert asked == [1, 1, 2, 2]


def test_an_answer_is_used_again_for_nobody_and_nothing_else(crm: Served) -> None:
    known = lookups(crm)
    for account in ("acct_1", "acct_2"):
        known.fetch(account, a_lookup(crm, cache_seconds=60), CALL, NOW)
    known.fetch("acct_1", a_lookup(crm, cache_seconds=60, body='{"n": 1}'), CALL, NOW)
    known.fetch("acct_1", a_lookup(crm, "/x", cache_seconds=60), CALL, NOW)

    assert len(crm.requests) == 4


def test_an_answer_that_was_changed_by_who_got_it_is_not_changed_for_others(crm: Served) -> None:
    known = lookups(crm)
    first: Any = known.fetch("acct_1", a_lookup(crm, cache_seconds=60), CALL, NOW)
    first.clear()

    assert known.fetch("acct_1", a_lookup(crm, cache_seconds=60), CALL, NOW) == FOUND


def test_the_answer_that_was_not_used_for_longest_is_forgotten_first(crm: Served) -> None:
    known = lookups(crm, size=2)
    for target in ("/a", "/b", "/a", "/c", "/a", "/b"):
        known.fetch("acct_1", a_lookup(crm, target, cache_seconds=60), CALL, NOW)

    paths = [each.split()[1] for each in crm.requests]
    assert paths == [b"/a", b"/b", b"/c", b"/b"]


def test_without_a_wish_to_keep_it_nothing_is_kept(crm: Served) -> None:
    known = lookups(crm)
    for _ in range(2):
        known.fetch("acct_1", a_lookup(crm), CALL, NOW)

    assert len(crm.requests) == 2


def test_a_failure_is_not_kept() -> None:
    said = iter([answers(status="503 Service Unavailable"), answers(BODY)])

    with serving(lambda served, connection: next(said)(served, connection)) as served:
        known = lookups(served)
        lookup = a_lookup(served, cache_seconds=60)
        with pytest.raises(LookupFailed) as failed:
            known.fetch("acct_1", lookup, CALL, NOW)
        found = known.fetch("acct_1", lookup, CALL, NOW)

    assert (failed.value.reason, failed.value.status) == (Trouble.STATUS, 503)
    assert found == FOUND


def _hangs(served: Served, connection: socket.socket) -> None:
    served.hang()


def test_a_server_that_hangs_costs_a_caller_no_more_than_was_agreed() -> None:
    with serving(_hangs) as served:
        began = time.monotonic()
        with pytest.raises(LookupFailed) as failed:
            lookups(served).fetch("acct_1", a_lookup(served, timeout_seconds=1), CALL, NOW)

    assert failed.value.reason is Trouble.TIMEOUT
    assert 0.9 < time.monotonic() - began < 15  # it would hang twice as long


def test_a_caller_who_waited_long_enough_waits_for_nobody_more(
    crm: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    with patience.limited():
        began = time.monotonic()
        assert lookups(crm).fetch("acct_1", a_lookup(crm), CALL, NOW) == FOUND
        for waited in (3.9, 4.0, 60.0):
            monkeypatch.setattr(patience, "clock", lambda waited=waited: began + waited)
            with pytest.raises(LookupFailed) as failed:
                lookups(crm).fetch("acct_1", a_lookup(crm), CALL, NOW)
            assert failed.value.reason is Trouble.TIMEOUT

    assert len(crm.requests) == 1


def test_all_lookups_of_a_webhook_share_its_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "FOR_CUSTOMERS", 0.8)
    with serving(_hangs) as served, patience.limited():
        began = time.monotonic()
        for _ in range(5):
            with pytest.raises(LookupFailed):
                lookups(served).fetch("acct_1", a_lookup(served), CALL, NOW)
        waited = time.monotonic() - began

    assert waited < 5  # of ten that five of them would take
    assert len(served.requests) <= 1


def test_without_our_own_secret_the_flow_hears_that_it_is_our_fault(crm: Served) -> None:
    def gone(account_id: str, generation: int) -> str:
        raise Unavailable("parameter store did not answer")

    with pytest.raises(LookupFailed) as failed:
        HttpLookups(gone).fetch("acct_1", a_lookup(crm), CALL, NOW)

    assert failed.value.reason is Trouble.OURS
    assert crm.requests == []


def test_a_failure_says_nothing_of_anybody(crm: Served) -> None:
    lookup = a_lookup(crm, url="https://10.0.0.1/?number=0612345678")

    with pytest.raises(LookupFailed) as failed:
        lookups(crm).fetch("acct_1", lookup, CALL, NOW)

    assert failed.value.reason is Trouble.REFUSED_URL
    assert "0612345678" not in str(failed.value)


def test_the_installation_signs_with_its_own_pepper(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(answers(BODY), tls=False) as served:
        monkeypatch.setenv("CADRAN_OUTGOING_LOCAL", f"crm.example.fr=127.0.0.1:{served.port}")
        lookup = LookupRequest(url="https://crm.example.fr/", body="{}", answer=ANSWER)
        found = wiring.lookups().fetch("acct_1", lookup, CALL, datetime.now(UTC))

    sent = served.requests[0]
    assert found == FOUND
    assert Webhook(secret_of("acct_1", 1)).verify(body_of(sent), headers_of(sent)) == json.loads(
        "{}"
    )
