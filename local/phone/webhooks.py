"""Signed webhooks: parameters in, an answer out; retries, redirects and faults on demand.

Whether the answer is TwiML that makes sense is documents.py's question.
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit, urlunsplit

from local.phone import sounds
from local.phone.connection import Connection, parse
from local.phone.faults import Trouble
from local.phone.model import Delivery
from local.phone.signing import signature, signed_url
from local.phone.transport import Answer, Failed, Lost, Session

if TYPE_CHECKING:
    from local.phone.exchange import Exchange

MOST_REDIRECTS = 10
_FORM = "application/x-www-form-urlencoded; charset=utf-8"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Ask:
    """One webhook to send: what it is about, where it goes and what it says."""

    kind: str
    call_sid: str
    family: str
    url: str
    method: str = "POST"
    params: dict[str, str] = field(default_factory=dict)
    session: Session = field(default_factory=Session)
    fetches: bool = True  # TwiML is expected; False for callbacks
    signed: bool = True  # media are fetched without signature and parameters
    early: bool = False  # goes ahead of everything else


async def send(exchange: Exchange, ask: Ask) -> Answer:
    """Deliver a webhook and give the answer that counts; raise `Failed` after the last attempt.

    What was ordered to be lost raises `Lost`. Only what the connection's policy names is tried
    again, which by default is a failed connection, once. A duplicated webhook counts with its
    second answer, as if the first had been lost.
    """
    bare, connection = parse(ask.url)
    if connection.fault:
        exchange.report(11243, f"retry policy {connection.fault}", ask.call_sid, ask.url)
    ask = replace(ask, url=bare)
    token = exchange.dice.token()
    group = "documents" if ask.fetches else "callbacks"
    if not ask.early:
        await exchange.let_ahead(ask.family)
    if ask.signed and exchange.faults.take(Trouble.LOSE, url=bare, group=group):
        raise Lost
    if late := exchange.faults.take(Trouble.DELAY, url=bare, group=group):
        await exchange.clock.sleep(late.seconds)
    twice = ask.signed and exchange.faults.take(Trouble.DUPLICATE, url=bare, group=group)
    answer = await _attempts(exchange, ask, connection, token)
    if twice:
        answer = await _attempts(exchange, ask, connection, token)
    return answer


async def _attempts(exchange: Exchange, ask: Ask, connection: Connection, token: str) -> Answer:
    left = connection.retries
    attempt = 1
    while True:
        try:
            return await _follow(exchange, ask, connection, token, attempt)
        except Failed as failed:
            if not left or not connection.retries_on(failed.failure):
                raise
        left -= 1
        attempt += 1


async def _follow(
    exchange: Exchange, ask: Ask, connection: Connection, token: str, attempt: int
) -> Answer:
    """Follow redirections; what follows one is a plain GET that repeats no parameter."""
    for _ in range(MOST_REDIRECTS + 1):
        answer = await _logged_in(exchange, ask, connection, token, attempt)
        if answer.status not in _REDIRECTS or "Location" not in answer.headers:
            return _checked(answer)
        target = urljoin(ask.url, answer.headers["Location"])
        ask = replace(ask, url=target, method="GET", params={})
    raise Failed(11215, f"more than {MOST_REDIRECTS} redirections")


async def _logged_in(
    exchange: Exchange, ask: Ask, connection: Connection, token: str, attempt: int
) -> Answer:
    """Send credentials of the URL only once they were asked for, then for the rest of the call."""
    url, credentials = _without_credentials(ask.url)
    host = urlsplit(url).netloc
    header = credentials if host in ask.session.logged_in else ""
    answer = await _once(exchange, replace(ask, url=url), connection, token, attempt, header)
    wanted = answer.headers.get("WWW-Authenticate", "").lower()
    if answer.status == 401 and credentials and not header and wanted.startswith("basic"):
        ask.session.logged_in.add(host)
        return await _once(exchange, replace(ask, url=url), connection, token, attempt, credentials)
    return answer


async def _once(
    exchange: Exchange,
    ask: Ask,
    connection: Connection,
    token: str,
    attempt: int,
    authorization: str,
) -> Answer:
    url, body, form = _addressed(ask)
    headers = {"User-Agent": "TwilioProxy/1.1", "Accept": "*/*", "Accept-Encoding": "gzip"}
    if ask.signed:
        headers["X-Twilio-Signature"] = signature(exchange.auth_token, signed_url(url), form)
        headers["I-Twilio-Idempotency-Token"] = token
    if body:
        headers["Content-Type"] = _FORM
    if authorization:
        headers["Authorization"] = authorization
    kept = None if ask.signed else exchange.sounds.get(url)
    headers |= sounds.conditions(kept)
    delivery = Delivery(
        ask.kind, ask.call_sid, ask.method, url, ask.params, exchange.clock.seconds(), attempt
    )
    delivery.token = token
    began = time.perf_counter()
    try:
        answer = await _carried(exchange, ask, url, headers, body, connection)
        delivery.status = answer.status
        delivery.body = _shown(answer)
        if answer.status == 304 and kept:
            return kept
        if not ask.signed and sounds.lasting(answer):
            exchange.sounds[url] = answer
        return answer
    except Failed as failed:
        delivery.error = str(failed)
        raise
    finally:
        delivery.latency_ms = round((time.perf_counter() - began) * 1000, 3)
        exchange.delivered(ask.family, delivery)


async def _carried(
    exchange: Exchange,
    ask: Ask,
    url: str,
    headers: dict[str, str],
    body: bytes,
    connection: Connection,
) -> Answer:
    group = "documents" if ask.fetches else "callbacks"
    if exchange.faults.take(Trouble.DROP, url=url, group=group):
        await exchange.clock.sleep(connection.connect_ms / 1000)
        raise Failed(11205, "the connection failed, as ordered", "ct")
    lost = exchange.faults.take(Trouble.TIMEOUT, url=url, group=group)
    try:
        with exchange.clock.busy():
            answer = await exchange.transport.send(
                ask.method, url, headers, body, connection, ask.session
            )
    except Failed as failed:
        await _pass_time(exchange, connection, failed)
        raise
    if lost:
        await exchange.clock.sleep(connection.total_ms / 1000)
        raise Failed(11200, "no answer in time, as ordered", "rt")
    return answer


async def _pass_time(exchange: Exchange, connection: Connection, failed: Failed) -> None:
    """Charge a real time-out to the jumping clock, which stood still meanwhile."""
    if exchange.clock.autojump and failed.failure == "rt":
        await exchange.clock.sleep(connection.total_ms / 1000)


def _shown(answer: Answer) -> str:
    if answer.content_type.startswith("audio/"):
        return f"({len(answer.body)} bytes)"
    return answer.body[:4000].decode("utf-8", "replace")


def _checked(answer: Answer) -> Answer:
    if answer.status >= 400:
        kind = f"{answer.status // 100}xx"
        raise Failed(11200, f"HTTP {answer.status} from {answer.url}", kind, answer.status)
    return answer


def _addressed(ask: Ask) -> tuple[str, bytes, tuple[tuple[str, str], ...]]:
    pairs = tuple(ask.params.items())
    if ask.method != "GET":
        return ask.url, urlencode(pairs).encode(), pairs
    glue = "&" if "?" in ask.url else "?"
    return (ask.url + glue + urlencode(pairs) if pairs else ask.url), b"", ()


def _without_credentials(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, ""
    bare = urlunsplit((parts.scheme, host, parts.path, parts.query, parts.fragment))
    return bare, "Basic " + base64.b64encode(user.encode()).decode()
