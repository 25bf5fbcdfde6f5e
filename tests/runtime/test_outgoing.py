"""Requests to customers' servers: real ones on this machine, good and bad."""

from __future__ import annotations

import gzip
import json
import socket
import ssl
import struct
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.kernel.internet import Trouble
from chalicelib.runtime import outgoing
from chalicelib.runtime.connecting import Network
from chalicelib.runtime.outgoing import Answer, Outgoing, RequestFailed, deliver, fetch_json
from chalicelib.runtime.settings import settings
from tests.clouds import forget_clients
from tests.servers import HERE, HOST, Served, answers, says, serving, trusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from chalicelib.kernel.internet import Address

    Answering = Callable[[Served, socket.socket], None]

DEADLINE = 0.4
# What a machine that is busy with other things may add to a deadline.
SLACK = 15


def asked(served: Served, target: str = "/", *, seconds: float = 5, **options: Any) -> Answer:
    return fetch_json(Outgoing(served.url(target), **options), seconds, network=served.network())


def failed(
    answer: Answering,
    *,
    seconds: float = 5,
    network: Callable[[Served], Network] | None = None,
    **server: Any,
) -> RequestFailed:
    """Ask a server that answers so, and return how that failed."""
    with serving(answer, **server) as served:
        known = network(served) if network else served.network()
        with pytest.raises(RequestFailed) as caught:
            fetch_json(Outgoing(served.url("/x?secret=1")), seconds, network=known)
    return caught.value


def test_a_server_that_answers_json_is_understood() -> None:
    body = '{"client": "Zoé", "orders": [{"total": 12.50, "n": 3, "paid": true}]}'.encode()
    with serving(answers(body, kind="application/vnd.crm+json; charset=utf-8")) as served:
        answer = asked(served, "/clients?x=1", body=b'{"a": 1}', headers={"X-Key": "k"})

    assert answer.status == 200
    assert answer.data["client"] == "Zoé"
    assert answer.data["orders"] == [{"total": "12.50", "n": 3, "paid": True}]
    head, _, sent = served.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /clients?x=1 HTTP/1.1"
    assert f"Host: {HOST}:{served.port}" in lines
    assert "Accept-Encoding: identity" in lines
    assert "X-Key: k" in lines
    assert sent == b'{"a": 1}'


def test_a_get_sends_no_body() -> None:
    with serving(answers()) as served:
        asked(served, method="GET", body=b"lost")

    head, _, sent = served.requests[0].partition(b"\r\n\r\n")
    assert sent == b""
    assert b"content-length" not in head.lower()


GOOD: dict[str, Answering] = {
    "without a length, until it closes": says(
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{"ok": true}'
    ),
    "in HTTP/1.0": answers(version="HTTP/1.0"),
    "in pieces": says(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        b'5\r\n{"ok"\r\n7\r\n: true}\r\n0\r\n\r\n'
    ),
    "after an interim answer": says(
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        b'Content-Length: 12\r\n\r\n{"ok": true}'
    ),
    "as created": answers(status="201 Created"),
    "encoded as identity": answers(b'{"ok": true}', "Content-Encoding: identity"),
    "with a cookie, which nobody keeps": answers(b'{"ok": true}', "Set-Cookie: a=b"),
    "just within the limit": answers(b'{"ok": true}'.ljust(outgoing.MOST_BYTES)),
}


@pytest.mark.parametrize("answer", GOOD.values(), ids=GOOD)
def test_a_server_may_answer(answer: Answering) -> None:
    with serving(answer) as served:
        assert asked(served).data == {"ok": True}
        asked(served)

    assert b"cookie" not in served.requests[1].lower()


BOMB = gzip.compress(b"[" + b"0," * 5_000_000 + b"0]")
BAD: dict[str, tuple[Answering, Trouble, int | None]] = {
    "a redirect to where secrets are": (
        answers(b"", "Location: http://169.254.169.254/latest/meta-data/", status="302 Found"),
        Trouble.REDIRECT,
        302,
    ),
    "a permanent redirect": (
        answers(b"", "Location: https://crm.example.fr/", status="308 Permanent Redirect"),
        Trouble.REDIRECT,
        308,
    ),
    "not found": (answers(status="404 Not Found"), Trouble.STATUS, 404),
    "a failure": (answers(status="503 Service Unavailable"), Trouble.STATUS, 503),
    "a web page": (answers(b"<html>", kind="text/html"), Trouble.NOT_JSON, 200),
    "JSON called text": (answers(kind="text/plain"), Trouble.NOT_JSON, 200),
    "JSON called nothing": (answers(kind=None), Trouble.NOT_JSON, 200),
    "half of a document": (answers(b'{"a": '), Trouble.NOT_JSON, 200),
    "no document": (answers(b""), Trouble.NOT_JSON, 200),
    "nothing on purpose": (
        says(b"HTTP/1.1 204 No Content\r\nContent-Type: application/json\r\n\r\n"),
        Trouble.NOT_JSON,
        204,
    ),
    "a number that is none": (answers(b'{"a": NaN}'), Trouble.NOT_JSON, 200),
    "no characters": (answers(b'{"a": "\xff"}'), Trouble.NOT_JSON, 200),
    "a well too deep": (answers(b"[" * 60_000), Trouble.NOT_JSON, 200),
    "digits without end": (answers(b"9" * 60_000), Trouble.NOT_JSON, 200),
    "gzip": (answers(BOMB, "Content-Encoding: gzip"), Trouble.ENCODED, 200),
    "gzip by another name": (
        says(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: gzip, chunked\r\n\r\n" + BOMB[:100]
        ),
        Trouble.ENCODED,
        200,
    ),
    "too much": (answers(b" " * (outgoing.MOST_BYTES + 1)), Trouble.TOO_LARGE, 200),
    "less than announced": (answers(b'{"a": 1}', length=20), Trouble.BROKEN, 200),
    "no HTTP": (says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), Trouble.BROKEN, None),
    "nothing at all": (says(b""), Trouble.BROKEN, None),
    "headers without end": (
        says(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1_000 + b"\r\n"),
        Trouble.BROKEN,
        None,
    ),
    "a header without end": (
        says(b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 100_000 + b"\r\n\r\n"),
        Trouble.BROKEN,
        None,
    ),
}


@pytest.mark.parametrize(("answer", "reason", "status"), BAD.values(), ids=BAD)
def test_a_server_that_answers_badly_has_a_reason(
    answer: Answering, reason: Trouble, status: int | None
) -> None:
    error = failed(answer)

    assert (error.reason, error.status) == (reason, status)


def _resets(served: Served, connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def test_a_connection_that_is_reset_is_broken() -> None:
    assert failed(_resets).reason is Trouble.BROKEN


def test_ten_megabytes_are_not_read() -> None:
    def pours(served: Served, connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        for _ in range(10 * 16):
            served.sent += connection.send(b" " * 65536)

    with serving(pours) as served, pytest.raises(RequestFailed) as caught:
        asked(served)

    assert caught.value.reason is Trouble.TOO_LARGE
    assert served.sent < 10 * 1024 * 1024


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def _drips(first: bytes, drop: bytes) -> Answering:
    """Send something every twentieth of a second: each wait is short, and there is no end."""

    def answer(served: Served, connection: socket.socket) -> None:
        connection.sendall(first)
        while not served.hang(0.05):
            connection.sendall(drop)

    return answer


SLOW: dict[str, Answering] = {
    "before its headers": _drips(b"", b""),
    "in its headers": _drips(HEAD, b""),
    "before its body": _drips(HEAD + b"\r\n", b""),
    "and drips a status": _drips(b"H", b"T"),
    "and drips headers": _drips(HEAD, b"a: b\r\n"),
    "and drips one header": _drips(HEAD + b"a: ", b"b"),
    "and drips a body": _drips(HEAD + b"\r\n", b" "),
    "and drips pieces": _drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "and never comes to the point": _drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("answer", SLOW.values(), ids=SLOW)
def test_a_server_that_hangs_is_cut_at_the_deadline(answer: Answering) -> None:
    began = time.monotonic()

    error = failed(answer, seconds=DEADLINE)

    assert error.reason is Trouble.TIMEOUT
    assert DEADLINE - 0.05 < time.monotonic() - began < DEADLINE + SLACK


@pytest.mark.parametrize("greeting", [b"", b"\x16"], ids=["silent", "one byte"])
def test_a_server_that_never_greets_is_cut_at_the_deadline(greeting: bytes) -> None:
    error = failed(_drips(greeting, b""), seconds=DEADLINE, tls=False, reads=False)

    assert error.reason is Trouble.TIMEOUT


def test_a_server_that_drips_its_greeting_is_cut_at_the_deadline() -> None:
    # A TLS record of 16 kB announced, then a byte at a time.
    error = failed(
        _drips(b"\x16\x03\x03\x3f\xff", b"\x02"), seconds=DEADLINE, tls=False, reads=False
    )

    assert error.reason is Trouble.TIMEOUT


def test_a_server_that_reads_nothing_is_cut_at_the_deadline() -> None:
    def hangs(served: Served, connection: socket.socket) -> None:
        served.hang()

    with serving(hangs, reads=False) as served, pytest.raises(RequestFailed) as caught:
        asked(served, seconds=DEADLINE, body=b"x" * 20_000_000)

    assert caught.value.reason is Trouble.TIMEOUT


def test_a_resolver_that_hangs_is_cut_at_the_deadline() -> None:
    over = threading.Event()

    def slow(host: str) -> list[str]:
        over.wait(30)
        return [HERE]

    began = time.monotonic()
    error = failed(answers(), seconds=DEADLINE, network=lambda served: served.network(slow))
    over.set()

    assert error.reason is Trouble.TIMEOUT
    assert time.monotonic() - began < DEADLINE + SLACK


def test_no_time_is_no_request() -> None:
    with serving(answers()) as served, pytest.raises(RequestFailed) as caught:
        asked(served, seconds=0)

    assert caught.value.reason is Trouble.TIMEOUT
    assert served.requests == []


def test_a_name_that_nobody_knows_is_no_server() -> None:
    def unknown(host: str) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def empty(host: str) -> list[str]:
        return []

    for network in (Network(resolve=unknown), Network(resolve=empty)):
        with pytest.raises(RequestFailed) as caught:
            fetch_json(Outgoing(f"https://{HOST}/"), 5, network)
        assert caught.value.reason is Trouble.DNS


def test_a_port_where_nobody_listens_is_no_connection() -> None:
    with serving(answers()) as served:
        pass

    with pytest.raises(RequestFailed) as caught:
        asked(served)

    assert caught.value.reason is Trouble.CONNECT


def test_an_address_that_is_dead_is_followed_by_one_that_is_not() -> None:
    def two(host: str) -> list[str]:
        return ["::1", HERE, "127.0.0.2"]

    def anywhere(address: Address) -> bool:
        return True

    with serving(answers()) as served:
        answer = fetch_json(Outgoing(served.url()), 5, network=served.network(two, anywhere))

    assert answer.data == {"ok": True}


@pytest.mark.parametrize(
    "found",
    [
        ["10.0.0.1"],
        ["127.0.0.1"],
        ["169.254.169.254"],
        ["fd00:ec2::254"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["2002:7f00:1::"],
        ["93.184.215.14", "10.0.0.1"],
        ["2606:4700::1111", "fe80::1%eth0"],
    ],
    ids=" and ".join,
)
def test_a_name_that_leads_into_a_private_network_is_never_connected_to(found: list[str]) -> None:
    def resolve(host: str) -> list[str]:
        return found

    with serving(answers()) as served:
        network = Network(resolve=resolve, tls=trusted, ports=frozenset({served.port}))
        with pytest.raises(RequestFailed) as caught:
            fetch_json(Outgoing(served.url()), 5, network=network)

    assert caught.value.reason is Trouble.REFUSED_ADDRESS
    assert served.requests == []


def test_a_name_that_changes_its_meaning_is_asked_once() -> None:
    meanings = iter([[HERE], ["169.254.169.254"]])

    with serving(answers()) as served:
        network = served.network(lambda host: next(meanings))
        answer = fetch_json(Outgoing(served.url()), 5, network=network)

    assert answer.data == {"ok": True}
    assert next(meanings) == ["169.254.169.254"]


def test_a_server_of_another_name_is_not_believed() -> None:
    assert failed(answers(), names=("other.example.fr",)).reason is Trouble.TLS
    assert failed(answers(), names=(HERE,)).reason is Trouble.TLS


def test_a_server_whose_authority_nobody_knows_is_not_believed() -> None:
    def network(served: Served) -> Network:
        return Network(
            resolve=lambda host: [HERE],
            allows=lambda address: True,
            tls=ssl.create_default_context,
            ports=frozenset({served.port}),
        )

    assert failed(answers(), network=network).reason is Trouble.TLS


def test_a_server_without_tls_is_not_believed() -> None:
    assert failed(answers(), tls=False, reads=False).reason is Trouble.TLS


@pytest.mark.parametrize(
    "url",
    ["http://crm.example.fr/", "https://127.0.0.1/", "https://crm.example.fr:22/", "", "https://"],
)
def test_a_url_that_leads_elsewhere_is_never_looked_up(url: str) -> None:
    def resolve(host: str) -> list[str]:
        raise AssertionError(host)

    with pytest.raises(RequestFailed) as caught:
        fetch_json(Outgoing(url), 5, network=Network(resolve=resolve))

    assert caught.value.reason is Trouble.REFUSED_URL


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    with serving(answers()) as served:
        assert asked(served).data == {"ok": True}


def test_a_header_that_smuggles_another_is_not_sent() -> None:
    for header in ("b\r\nX-C: d", "caf\u0153"):
        with serving(answers()) as served, pytest.raises(RequestFailed) as caught:
            asked(served, headers={"X-A": header})
        assert caught.value.reason is Trouble.OURS
        assert b"X-C" not in b"".join(served.requests)


def test_a_delivery_counts_by_its_status() -> None:
    with serving(answers(b"thanks", kind="text/plain", status="202 Accepted")) as served:
        assert deliver(Outgoing(served.url()), 5, network=served.network()) == 202

    with serving(answers(status="410 Gone")) as served, pytest.raises(RequestFailed) as caught:
        deliver(Outgoing(served.url()), 5, network=served.network())
    assert (caught.value.reason, caught.value.status) == (Trouble.STATUS, 410)


def test_the_log_has_the_host_and_the_outcome_and_nothing_of_anybody(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failed(answers(status="404 Not Found"))

    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["host"], line["reason"], line["status"]) == (HOST, "status", 404)
    assert "secret" not in json.dumps(line)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, str], Network]]:
    """The network of a stage that has servers of its own machine."""

    def made(name: str, local: str) -> Network:
        monkeypatch.setenv("CADRAN_STAGE", name)
        monkeypatch.setenv("CADRAN_OUTGOING_LOCAL", local)
        forget_clients()
        assert settings().stage == name
        return outgoing.the_internet()

    yield made
    forget_clients()


def test_a_name_may_stand_for_a_server_of_this_machine(
    stage: Callable[[str, str], Network],
) -> None:
    with serving(answers(), tls=False) as served:
        network = stage("local", f"{HOST}={HERE}:{served.port}, other.example={HERE}:9")
        answer = fetch_json(Outgoing(f"https://{HOST}/x"), 5)

    assert network.local["other.example"] == (HERE, 9)
    assert answer.data == {"ok": True}
    assert f"Host: {HOST}\r\n".encode() in served.requests[0]


@pytest.mark.parametrize("name", ["dev", "staging", "prod", "anything"])
def test_no_name_stands_for_a_server_of_its_machine_in_the_cloud(
    name: str, stage: Callable[[str, str], Network], capsys: pytest.CaptureFixture[str]
) -> None:
    assert stage(name, f"{HOST}={HERE}:8099").local == {}
    assert "ignored outside local stages" in capsys.readouterr().out
