"""Callers whose flow asks a customer's server that hangs, lies or breaks: whole calls, real TLS.

The network differs from the product's in this: the test's own server counts as public, and so does
the port that it has.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest

from chalicelib.calls.call import Outcome
from chalicelib.ivr.gateway import HttpLookups
from chalicelib.ivr.texts import Line, say
from chalicelib.kernel.internet import Trouble
from chalicelib.runtime import wiring
from tests.house.walks import Walk, Way, a_quiet_house, ways_on
from tests.ivr.builders import SUPPORT, a_dial, a_document, a_say, a_voicemail
from tests.servers import HERE, Served, answers, says, serving

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from tests.house.walks import QuietHouse

    Answering = Callable[[Served, socket.socket], None]

ORDER: Final = "12345678"
SORRY: Final = "Nous ne trouvons pas votre commande."
# It may take three seconds to be given up; the rest is for a machine that is busy.
MOST_SECONDS: Final = 10.0
ASK: Final[dict[str, Any]] = {
    "kind": "lookup",
    "fields": {"number": "{{order.number}}"},
    "answer": {"order.status": "/status"},
    "next": "found",
}
NUMBER: Final[dict[str, Any]] = {
    "kind": "collect",
    "prompt": "Composez votre numéro de commande.",
    "variable": "order.number",
    "least": 8,
    "most": 8,
    "confirm": False,
    "next": "ask",
    "no_input": {"next": "box"},
    "invalid": {"next": "box"},
}


def an_order_line(url: str, **failed: str) -> dict[str, Any]:
    """A flow that asks for an order's number, then the shop's own system, then a person."""
    return a_document(
        number=NUMBER,
        ask={**ASK, "url": url, **failed},
        found=a_say("Commande {{order.status}}.", next="desk"),
        sorry=a_say(f"{SORRY} ({{{{lookup.reason}}}})", next="desk"),
        desk=a_dial(SUPPORT, no_answer="box"),
        box=a_voicemail(),
    )


@contextmanager
def a_shop_on_the_phone(
    answer: Answering, *leads_to: str, failed: str = "sorry", **server: Any
) -> Iterator[tuple[QuietHouse, Served]]:
    """Open a house whose line asks a server that answers so."""
    with serving(answer, **server) as served:
        document = an_order_line(served.url("/orders"), **({"failed": failed} if failed else {}))
        network = served.network(resolve=lambda host: leads_to or (HERE,))
        with a_quiet_house(document) as house:
            house.lookups = HttpLookups(wiring.webhook_secret, network=network)
            yield house, served


def asks_for_an_order(call: Walk) -> str:
    """Ring, key in the number, and return what is heard of it."""
    call.rings()
    back = ways_on(call.heard[-1])[0].path
    return call.goes_on(Way("keys", back, {"Digits": ORDER}))


def looked_up(house: QuietHouse) -> list[str]:
    return [getattr(each, "result", "") for each in house.call().events if each.kind == "looked-up"]


def hangs(served: Served, connection: socket.socket) -> None:
    served.hang()


def pours(served: Served, connection: socket.socket) -> None:
    """Send ten megabytes without having said how many."""
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"a": "')
    for _ in range(160):
        connection.sendall(b"x" * 65_536)


SECRETS: Final = "Location: http://169.254.169.254/latest/meta-data/"
BAD: Final[dict[str, tuple[Answering, Trouble]]] = {
    "hangs": (hangs, Trouble.TIMEOUT),
    "redirects to where secrets are": (answers(b"", SECRETS, status="302 Found"), Trouble.REDIRECT),
    "redirects to itself": (
        answers(b"", "Location: /orders", status="307 Temporary Redirect"),
        Trouble.REDIRECT,
    ),
    "answers 10 MB": (answers(b'{"a": "' + b"x" * 10_000_000 + b'"}'), Trouble.TOO_LARGE),
    "pours without a length": (pours, Trouble.TOO_LARGE),
    "answers a web page": (answers(b"<html>Bonjour</html>", kind="text/html"), Trouble.NOT_JSON),
    "calls a web page JSON": (answers(b"<html>Bonjour</html>"), Trouble.NOT_JSON),
    "answers half of a document": (answers(b'{"status": "exp'), Trouble.NOT_JSON),
    "answers that it is down": (answers(status="503 Service Unavailable"), Trouble.STATUS),
    "closes at once": (says(b""), Trouble.BROKEN),
    "closes in mid-answer": (answers(b'{"status"', length=200), Trouble.BROKEN),
}


@pytest.mark.parametrize(("answer", "reason"), BAD.values(), ids=BAD)
def test_a_caller_hears_the_way_without_an_answer_and_soon(
    answer: Answering, reason: Trouble
) -> None:
    with a_shop_on_the_phone(answer) as (house, served):
        call, began = Walk(house), time.monotonic()

        heard = asks_for_an_order(call)

        assert time.monotonic() - began < MOST_SECONDS
        assert f"{SORRY} ({reason})" in heard
        assert SUPPORT in heard
        assert [ORDER.encode() in each for each in served.requests] == [True]

        talks = next(way for way in ways_on(heard) if way.name == "talks")
        call.goes_on(talks)
        call.ends()
        assert looked_up(house) == [reason]
        assert house.call().outcome is Outcome.ANSWERED
        assert house.errors == []


def test_a_caller_hears_what_the_server_says() -> None:
    with a_shop_on_the_phone(answers('{"status": "expédiée"}'.encode())) as (house, _):
        heard = asks_for_an_order(Walk(house))

        assert "Commande expédiée." in heard
        assert SORRY not in heard
        assert looked_up(house) == ["answered"]


def test_no_call_leads_into_our_own_network() -> None:
    with a_shop_on_the_phone(answers(), "169.254.169.254") as (house, served):
        heard = asks_for_an_order(Walk(house))

        assert f"{SORRY} ({Trouble.REFUSED_ADDRESS})" in heard
        assert served.requests == []


def test_a_server_that_cannot_prove_its_name_is_told_nothing() -> None:
    with a_shop_on_the_phone(answers(), names=("autre.example.fr",)) as (house, served):
        heard = asks_for_an_order(Walk(house))

        assert f"{SORRY} ({Trouble.TLS})" in heard
        assert served.requests == []


def test_a_flow_that_has_no_way_for_it_says_sorry_and_goodbye() -> None:
    with a_shop_on_the_phone(answers(b"<html>"), failed="") as (house, _):
        call = Walk(house)

        heard = asks_for_an_order(call)

        assert say(Line.NOBODY, "fr-FR").text in heard
        assert heard.endswith("<Hangup /></Response>")
        call.ends()
        assert looked_up(house) == [Trouble.NOT_JSON]
        assert house.errors == []


def test_a_webhook_that_comes_again_asks_again_and_is_logged_once() -> None:
    said = iter([answers(status="503 Service Unavailable"), answers(b'{"status": "ok"}')])

    def recovers(served: Served, connection: socket.socket) -> None:
        next(said)(served, connection)

    with a_shop_on_the_phone(recovers) as (house, _):
        call = Walk(house)
        asks_for_an_order(call)

        again = call.again(call.sent[-1])

        assert "Commande ok." in again
        assert looked_up(house) == ["status"]
        assert house.errors == []
