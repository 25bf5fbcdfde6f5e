"""A customer of the phone network for its tests: a real web server that answers with TwiML.

It checks every signature with Twilio's own validator and keeps what it was sent.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web
from twilio.request_validator import RequestValidator

from local.phone.network import PhoneNetwork

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

TOKEN = "a-token-for-tests"
OURS = "+33199001234"
CALLER = "+33639981111"
AGENT = "+33639982222"
OTHER_AGENT = "+33639983333"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

Form = dict[str, str]
Answer = str | web.StreamResponse


@dataclass(slots=True)
class Visit:
    """One request the customer got."""

    path: str
    form: Form
    headers: dict[str, str]
    method: str
    signed: bool


@dataclass(slots=True)
class Customer:
    """Answers by path: a text, a list of texts given in turn, or a function of the form."""

    answers: dict[str, Any] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    url: str = ""

    def forms(self, path: str) -> list[Form]:
        """Give the forms that came to a path, in order."""
        return [visit.form for visit in self.visits if visit.path == path]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        posted = {key: str(value) for key, value in (await request.post()).items()}
        signature = request.headers.get("X-Twilio-Signature", "")
        signed = RequestValidator(TOKEN).validate(str(request.url), posted, signature)
        form = {**request.query, **posted}
        self.visits.append(Visit(request.path, form, dict(request.headers), request.method, signed))
        answer = self.answers.get(request.path, "")
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if callable(answer):
            answer = await answer(form)
        if isinstance(answer, web.StreamResponse):
            return answer
        return twiml(answer)


def twiml(verbs: str) -> web.Response:
    """Answer with verbs in a <Response>."""
    return web.Response(text=f"<Response>{verbs}</Response>", content_type="text/xml")


@asynccontextmanager
async def a_customer(answers: dict[str, Any] | None = None) -> AsyncIterator[Customer]:
    """Run a customer's server."""
    customer = Customer(answers or {})
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", customer.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    customer.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield customer
    finally:
        await runner.cleanup()


@asynccontextmanager
async def a_network(customer: Customer | None = None, **wishes: Any) -> AsyncIterator[PhoneNetwork]:
    """Run a network whose time jumps, with one number that rings at the customer's `/voice`."""
    options: dict[str, Any] = {"auth_token": TOKEN, "autojump": True, "seed": 1, "start": START}
    options |= wishes
    network = PhoneNetwork(**options)
    await network.start()
    if customer:
        network.buy(
            OURS,
            voice_url=f"{customer.url}/voice",
            status_callback=f"{customer.url}/status",
        )
    try:
        yield network
    finally:
        await network.stop()


@dataclass(slots=True)
class Scene:
    """A customer and a network that rings there."""

    customer: Customer
    network: PhoneNetwork


def play(answers: dict[str, Any], act: Callable[[Scene], Awaitable[None]], **options: Any) -> None:
    """Set the scene and run a test's coroutine in it."""

    async def run() -> None:
        async with a_customer(answers) as customer, a_network(customer, **options) as network:
            await act(Scene(customer, network))

    run_async(run())


def run_async(work: Coroutine[Any, Any, None]) -> None:
    """Run a test's coroutine; five minutes are more than any of them takes."""
    asyncio.run(asyncio.wait_for(work, 300))
