"""The doors of the contact centre: its API, and the carrier's webhooks about callbacks.

What a request needs is imported when the first one comes: a voice webhook of the same function
asks for no report.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chalicelib.runtime import apology, desk_wiring, wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected
from chalicelib.runtime.webhook import Webhooks

if TYPE_CHECKING:
    from chalicelib.desk import (
        addresses,
        agents,
        hearing,
        listing,
        managing,
        models,
        placing,
        queues,
        twiml,
    )
    from chalicelib.desk.callbacks import Callback
    from chalicelib.runtime.api import Request
    from chalicelib.runtime.form import Form
else:
    addresses = lazily("chalicelib.desk.addresses")
    agents = lazily("chalicelib.desk.agents")
    hearing = lazily("chalicelib.desk.hearing")
    listing = lazily("chalicelib.desk.listing")
    managing = lazily("chalicelib.desk.managing")
    models = lazily("chalicelib.desk.models")
    placing = lazily("chalicelib.desk.placing")
    queues = lazily("chalicelib.desk.queues")
    twiml = lazily("chalicelib.desk.twiml")

webhooks = Webhooks(__name__)
api = Api(__name__)

_FRENCH = "fr-FR"


@webhooks.voice("/voice/callbacks/{account_id}/{callback_id}/{offer}", needs_storage=False)
def ring_back(form: Form, account_id: str, callback_id: str, offer: str) -> str:
    """Lead an agent through a callback: whom it is about, a key, the person, the end."""
    address = addresses.Address.of(form.base_url, account_id, callback_id, offer)
    place = (account_id, callback_id, address.offer)
    step = form.query.get("step")
    if step == addresses.END:
        placing.finish(*place, *hearing.dialled(form), desk_wiring.office())
        return twiml.goodbye()
    if step != addresses.CHOICE:
        callback = placing.offered(*place, desk_wiring.store())
        phrases = desk_wiring.PlatformPhrases()
        if callback is None:
            return twiml.goodbye(phrases.gone(_FRENCH))
        return twiml.whisper(phrases.whisper(callback), address)
    if form.optional("Digits") != twiml.ACCEPT:
        placing.decline(*place, desk_wiring.office())
        return twiml.goodbye()
    taken = placing.take(*place, desk_wiring.office())
    return twiml.goodbye() if taken is None else twiml.dial(taken, address)


@webhooks.notice("/voice/callbacks/{account_id}/{callback_id}/{offer}/status")
def follow_agent(form: Form, account_id: str, callback_id: str, offer: str) -> str:
    """Take note that the call to an agent is over."""
    address = addresses.Address.of(form.base_url, account_id, callback_id, offer)
    if hearing.has_ended(form):
        placing.agent_left(account_id, callback_id, address.offer, desk_wiring.office())
    return apology.nothing()


@api.post("/v1/queues", scope="queues:write")
def create_queue(request: Request, body: models.QueueIn) -> Answer[models.QueueOut]:
    """Make a queue; flows send callers to it by its name."""
    queue = managing.create_queue(
        request.account_id,
        queues.Queue(**models.facts(body)),
        floors=desk_wiring.store(),
        uses=desk_wiring.QueueUses(),
    )
    return _queue(queue, location=f"/v1/queues/{queue.name}")


@api.get("/v1/queues", scope="queues:read")
def list_queues(request: Request, query: models.PageQuery) -> models.QueueList:
    """List the account's queues."""
    context = f"{request.account_id}/queues"
    known = desk_wiring.store().floor(request.account_id).queues
    page = listing.page(known, query.limit, position(query.cursor, context))
    return models.QueueList(
        items=[models.QueueOut.of(each) for each in page.items], next=cursor(page.next, context)
    )


@api.get("/v1/queues/{queue}", scope="queues:read")
def show_queue(request: Request, queue: str) -> Answer[models.QueueOut]:
    """Show a queue."""
    return _queue(desk_wiring.store().floor(request.account_id).queue(queue))


@api.patch("/v1/queues/{queue}", scope="queues:write")
def edit_queue(request: Request, queue: str, body: models.QueuePatch) -> Answer[models.QueueOut]:
    """Change a queue; `If-Match` is the ETag of what was seen."""
    changed = managing.edit_queue(
        request.account_id,
        queue,
        expected(request.if_match),
        models.facts(body),
        desk_wiring.store(),
    )
    return _queue(changed)


@api.delete("/v1/queues/{queue}", scope="queues:write")
def delete_queue(request: Request, queue: str) -> None:
    """Delete a queue that no published flow needs and nobody waits to be rung back from."""
    managing.delete_queue(
        request.account_id,
        queue,
        now=request.now,
        floors=desk_wiring.store(),
        uses=desk_wiring.QueueUses(),
    )


@api.get("/v1/queues/{queue}/live", scope="queues:read")
def watch_queue(request: Request, queue: str) -> models.LiveOut:
    """Show who waits in a queue, and what its agents do; numbers with `calls:read` only."""
    floor = desk_wiring.store().floor(request.account_id)
    found = floor.queue(queue)
    return models.LiveOut.of(floor, found, request.now, numbers=_sees_numbers(request))


@api.post("/v1/agents", scope="agents:write")
def create_agent(request: Request, body: models.AgentIn) -> Answer[models.AgentOut]:
    """Make an agent: somebody with a telephone, skills and hours."""
    agent = agents.Agent(
        id=request.new_id("agt"),
        created_at=request.now,
        idle_since=request.now,
        **models.facts(body),
    )
    stored = managing.create_agent(
        request.account_id, agent, floors=desk_wiring.store(), nudges=desk_wiring.nudges()
    )
    return _agent(request, stored, location=f"/v1/agents/{stored.id}")


@api.get("/v1/agents", scope="agents:read")
def list_agents(request: Request, query: models.PageQuery) -> models.AgentList:
    """List the account's agents, and what they are doing."""
    context = f"{request.account_id}/agents"
    known = desk_wiring.store().floor(request.account_id).agents
    page = listing.page(known, query.limit, position(query.cursor, context))
    return models.AgentList(
        items=[models.AgentOut.of(each, request.now) for each in page.items],
        next=cursor(page.next, context),
    )


@api.get("/v1/agents/{agent_id}", scope="agents:read")
def show_agent(request: Request, agent_id: str) -> Answer[models.AgentOut]:
    """Show an agent, and what they are doing."""
    floor = desk_wiring.store().floor(request.account_id)
    return _agent(request, managing.agent_of(floor, agent_id))


@api.patch("/v1/agents/{agent_id}", scope="agents:write")
def edit_agent(request: Request, agent_id: str, body: models.AgentPatch) -> Answer[models.AgentOut]:
    """Change an agent, their availability for one; `If-Match` is the ETag of what was seen."""
    changed = managing.edit_agent(
        request.account_id,
        agent_id,
        expected(request.if_match),
        models.facts(body),
        now=request.now,
        floors=desk_wiring.store(),
        nudges=desk_wiring.nudges(),
    )
    return _agent(request, changed)


@api.delete("/v1/agents/{agent_id}", scope="agents:write")
def delete_agent(request: Request, agent_id: str) -> None:
    """Delete an agent; a conversation that goes on is not disturbed."""
    managing.delete_agent(request.account_id, agent_id, desk_wiring.store())


@api.post("/v1/callbacks", scope="queues:write")
def ask_for_callback(request: Request, body: models.CallbackIn) -> Answer[models.CallbackOut]:
    """Have somebody rung back who asked for it elsewhere than in a call."""
    callback = managing.ask_for_callback(
        request.account_id,
        body.order(),
        callback_id=request.new_id("cb"),
        now=request.now,
        floors=desk_wiring.store(),
        lines=wiring.directory(),
        nudges=desk_wiring.nudges(),
    )
    return _callback(request, callback, location=f"/v1/callbacks/{callback.id}")


@api.get("/v1/callbacks", scope="queues:read")
def list_callbacks(request: Request, query: models.CallbackQuery) -> models.CallbackList:
    """List callbacks: those that wait, in order of their turn, or those that are over."""
    context = f"{request.account_id}/callbacks/{query.state}"
    after = position(query.cursor, context)
    store = desk_wiring.store()
    if query.state == "over":
        page = store.history(request.account_id, query.limit, after)
    else:
        page = listing.in_turn(store.floor(request.account_id), query.limit, after)
    numbers = _sees_numbers(request)
    return models.CallbackList(
        items=[models.CallbackOut.of(each, numbers=numbers) for each in page.items],
        next=cursor(page.next, context),
    )


@api.get("/v1/callbacks/{callback_id}", scope="queues:read")
def show_callback(request: Request, callback_id: str) -> Answer[models.CallbackOut]:
    """Show a callback; one that is over for thirty days."""
    store = desk_wiring.store()
    return _callback(request, managing.callback_of(request.account_id, callback_id, store))


@api.patch("/v1/callbacks/{callback_id}", scope="queues:write")
def reschedule_callback(
    request: Request, callback_id: str, body: models.CallbackPatch
) -> Answer[models.CallbackOut]:
    """Move a callback to another slot, or to its turn; `If-Match` is the ETag of what was seen."""
    moved = managing.reschedule(
        request.account_id,
        callback_id,
        None if body.slot is None else body.slot.slot(),
        version=expected(request.if_match),
        now=request.now,
        floors=desk_wiring.store(),
        nudges=desk_wiring.nudges(),
    )
    return _callback(request, moved)


@api.delete("/v1/callbacks/{callback_id}", scope="queues:write")
def cancel_callback(request: Request, callback_id: str) -> None:
    """Call a callback off that is not being placed yet."""
    managing.cancel(
        request.account_id,
        callback_id,
        now=request.now,
        floors=desk_wiring.store(),
        nudges=desk_wiring.nudges(),
    )


@api.get("/v1/reports/queues", scope="reports:read")
def report_queues(request: Request, query: models.ReportQuery) -> models.QueueReport:
    """Report how queues did, by day and in all: answers, waits, service level, callbacks."""
    found = listing.report(
        request.account_id,
        query.first,
        query.last,
        log_shards=request.principal.log_shards,
        desk=desk_wiring.store(),
        queue=query.queue,
    )
    shown = [models.QueueFigures.of(each) for each in found]
    return models.QueueReport(
        first=query.first,
        last=query.last,
        items=[each for each in shown if each.day is not None],
        totals=[each for each in shown if each.day is None],
    )


def _sees_numbers(request: Request) -> bool:
    """Tell whether whoever asks may see who rings: that is what reading calls is."""
    return bool(request.principal.scopes & {"*", "calls:*", "calls:read"})


def _queue(queue: queues.Queue, location: str | None = None) -> Answer[Any]:
    return Answer(models.QueueOut.of(queue), etag=etag(queue.version), location=location)


def _agent(request: Request, agent: agents.Agent, location: str | None = None) -> Answer[Any]:
    shown = models.AgentOut.of(agent, request.now)
    return Answer(shown, etag=etag(agent.version), location=location)


def _callback(request: Request, callback: Callback, location: str | None = None) -> Answer[Any]:
    shown = models.CallbackOut.of(callback, numbers=_sees_numbers(request))
    return Answer(shown, etag=etag(callback.revision), location=location)
