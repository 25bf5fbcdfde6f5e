"""Web callbacks: their API, the doors for pages, the link to call one off, and calls to people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.errors import Conflict, Forbidden, NotFound
from chalicelib.runtime import apology, asked_wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.beacons import Beacons, File
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.observability import count
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.webhook import Webhooks

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.campaigns.asked import (
        addresses,
        askings,
        forms,
        hearing,
        models,
        pages,
        queues,
        slots,
        taking,
        twiml,
        widget,
    )
    from chalicelib.runtime.api import Request
    from chalicelib.runtime.beacons import Beacon
    from chalicelib.runtime.form import Form
else:
    addresses = lazily("chalicelib.campaigns.asked.addresses")
    askings = lazily("chalicelib.campaigns.asked.askings")
    forms = lazily("chalicelib.campaigns.asked.forms")
    hearing = lazily("chalicelib.campaigns.asked.hearing")
    models = lazily("chalicelib.campaigns.asked.models")
    pages = lazily("chalicelib.campaigns.asked.pages")
    queues = lazily("chalicelib.campaigns.asked.queues")
    slots = lazily("chalicelib.campaigns.asked.slots")
    taking = lazily("chalicelib.campaigns.asked.taking")
    twiml = lazily("chalicelib.campaigns.asked.twiml")
    widget = lazily("chalicelib.campaigns.asked.widget")

api = Api(__name__)
beacons = Beacons(__name__)
webhooks = Webhooks(__name__)

FAILED = '{"status":"failed"}'
HTML = "text/html"
SCRIPT = "text/javascript; charset=utf-8"
HOUR = 3_600


@api.post("/v1/callback-forms", scope="callbacks:write")
def create_callback_form(
    request: Request, body: models.CallbackFormIn
) -> Answer[models.CallbackFormOut]:
    """Make a form by which people ask to be rung back; another text is another form."""
    form = body.form(request.new_id("cbf"), request.account_id, request.now)
    made = asked_wiring.add_form(form, request.now)
    return Answer(models.CallbackFormOut.of(made), location=f"/v1/callback-forms/{made.id}")


@api.get("/v1/callback-forms", scope="callbacks:read")
def list_callback_forms(request: Request) -> models.CallbackFormList:
    """List your forms, newest first."""
    there = forms.in_use(asked_wiring.store().forms(request.account_id))
    return models.CallbackFormList(items=[models.CallbackFormOut.of(each) for each in there])


@api.get("/v1/callback-forms/{callback_form_id}", scope="callbacks:read")
def show_callback_form(request: Request, callback_form_id: str) -> models.CallbackFormOut:
    """Show a form, archived or not: what people were shown stays."""
    form = asked_wiring.store().form(request.account_id, callback_form_id)
    return models.CallbackFormOut.of(form)


@api.delete("/v1/callback-forms/{callback_form_id}", scope="callbacks:write")
def archive_callback_form(request: Request, callback_form_id: str) -> None:
    """Take a form out of use; what was asked for by it stays."""
    store = asked_wiring.store()
    form = store.form(request.account_id, callback_form_id)
    if form.archived_at is None:
        store.save_form(replace(form, archived_at=request.now))


@api.get("/v1/callback-forms/{callback_form_id}/slots", scope="callbacks:read")
def list_callback_slots(
    request: Request, callback_form_id: str, query: models.SlotsQuery
) -> models.SlotsOut:
    """List when people may be rung back: the next slots in which there is a place."""
    form = asked_wiring.store().form(request.account_id, callback_form_id)
    free = taking.free_slots(form, request.now, asked_wiring.desk())
    now = slots.slot_now(form, request.now) is not None
    return models.SlotsOut.of(form, free, request.now, query.language, now=now)


@api.post("/v1/web-callbacks", scope="callbacks:write")
def create_web_callback(
    request: Request, body: models.WebCallbackIn
) -> Answer[models.WebCallbackOut]:
    """Have somebody rung back who asked for it on a site of yours, or otherwise."""
    sent = body.sent(request.account_id)
    asking = taking.ask(sent, request.now, asked_wiring.desk()).asking
    return Answer(_shown(request, asking), location=f"/v1/web-callbacks/{asking.id}")


@api.get("/v1/web-callbacks", scope="callbacks:read")
def list_web_callbacks(request: Request, query: models.PageQuery) -> models.WebCallbackList:
    """List what was asked for, newest first."""
    context = f"{request.account_id}/web-callbacks"
    after = position(query.cursor, context)
    page = asked_wiring.store().askings(request.account_id, query.limit, after)
    return models.WebCallbackList(
        items=[_shown(request, each) for each in page.items], next=cursor(page.next, context)
    )


@api.get("/v1/web-callbacks/{asking_id}", scope="callbacks:read")
def show_web_callback(request: Request, asking_id: str) -> models.WebCallbackOut:
    """Show what somebody asked for, what proves it, and what the law said of each call."""
    return _shown(request, asked_wiring.store().asking(request.account_id, asking_id))


@api.delete("/v1/web-callbacks/{asking_id}", scope="callbacks:write")
def cancel_web_callback(request: Request, asking_id: str) -> None:
    """Call off what is not being rung yet."""
    taking.call_off(request.account_id, asking_id, request.now, asked_wiring.desk())


@api.get("/b/{token}", scope=None, also=(HTML,))
def show_web_callback_link(request: Request, token: str) -> Answer[str]:
    """Show somebody what they asked for, with the way to call it off; no account needed."""
    try:
        asking, form = asked_wiring.linked(token)
    except NotFound:
        if request.accept != HTML:
            raise
        return _page(pages.unusable(), status=404)
    return _page(pages.page(asking, form, token, request.now))


@api.post("/b/{token}/cancel", scope=None, status=200, replayable=False)
def cancel_by_link(request: Request, token: str) -> Answer[str]:
    """Let somebody call off what they asked for."""
    asking, form = asked_wiring.linked(token)
    try:
        desk = asked_wiring.desk()
        asking = taking.call_off(asking.account_id, asking.id, request.now, desk)
    except Conflict:
        asking = replace(asking, state=askings.State.RINGING)  # too late: the page says so
    return _page(pages.page(asking, form, token, request.now))


@beacons.get("/t/callback.js")
def callback_script() -> File:
    """Hand over the script that shows a form."""
    return File(widget.text(), SCRIPT, widget.version(), HOUR)


@beacons.post("/t/callbacks/slots", otherwise="{}")
def offer_slots(beacon: Beacon, body: models.AskSlotsIn) -> models.ShownOut:
    """Tell a page what its form says, and when people may be rung back."""
    desk = asked_wiring.desk()
    whose = taking.Sent(
        account_id=beacon.site.account_id, form_id=body.form, number="", site_id=body.site
    )
    form = taking.form_of(whose, desk)
    free = taking.free_slots(form, beacon.now, desk)
    now = slots.slot_now(form, beacon.now) is not None
    offered = models.SlotsOut.of(form, free, beacon.now, body.language, now=now)
    return models.ShownOut(
        name=form.professional.name,
        text=form.text,
        by_code=form.by_code,
        now=now,
        slots=offered.slots,
    )


@beacons.post("/t/callbacks", otherwise=FAILED)
def ask_on_page(beacon: Beacon, body: models.AskIn) -> models.AskedOut:
    """Take what somebody asks for on a page, or send a code."""
    if beacon.is_crawler:
        raise Forbidden("machines are not rung back")
    if body.website:  # nobody sees this field but machines, who learn nothing from the answer
        count("CallbackTrapped")
        return models.AskedOut(status=taking.Status.TAKEN)
    desk = asked_wiring.desk()
    sent = taking.Sent(
        account_id=beacon.site.account_id,
        form_id=body.form,
        number=body.number,
        slot=body.slot,
        site_id=body.site,
        label=body.label,
        language=body.language,
        origin=beacon.origin,
        page=body.page,
        address=beacon.address,
    )
    taken = taking.ask(sent, beacon.now, desk)
    return models.AskedOut.of(taken, taking.form_of(sent, desk, archived=True), beacon.now)


@beacons.post("/t/callbacks/codes", otherwise=FAILED)
def confirm_on_page(beacon: Beacon, body: models.AskCodeIn) -> models.AskedOut:
    """Take what somebody asked for, whose code was typed."""
    desk = asked_wiring.desk()
    sent = taking.Sent(
        account_id=beacon.site.account_id, form_id=body.form, number="", site_id=body.site
    )
    taken = taking.confirm(sent, body.asking, body.code, beacon.now, desk)
    return models.AskedOut.of(taken, taking.form_of(sent, desk, archived=True), beacon.now)


@webhooks.voice("/voice/asked/{account_id}/{asking_id}/{n}", needs_storage=False)
def speak_with_asker(form: Form, account_id: str, asking_id: str, n: str) -> str:
    """Lead somebody who is rung first, and the agent who is rung for them, through the call."""
    address = addresses.Address.of(form.base_url, account_id, asking_id, n, form.query)
    return _STEPS.get(form.query.get("step", ""), _answered)(form, address)


@webhooks.notice("/voice/asked/{account_id}/{asking_id}/{n}/status")
def follow_asker(form: Form, account_id: str, asking_id: str, n: str) -> str:
    """Take note that the call to somebody is over."""
    if hearing.has_ended(form):
        address = addresses.Address.of(form.base_url, account_id, asking_id, n, form.query)
        asked_wiring.queue().tell(address, "rung")
        asked_wiring.Waits().leave(_place(form, address), asked_wiring.clock())
    return apology.nothing()


def _answered(form: Form, address: addresses.Address) -> str:
    shown = asked_wiring.kept_forms().get((address.account_id, address.form_id))
    return twiml.greeting(shown.professional.name, address)


def _chosen(form: Form, address: addresses.Address) -> str:
    pressed = form.optional("Digits")
    if pressed == twiml.STOP:
        asked_wiring.stop(address, form.required("To"))
        return twiml.goodbye("stopped", address.language)
    if pressed != twiml.YES:
        return twiml.over()
    place = _place(form, address)
    standing = asked_wiring.Waits().ask(place, asked_wiring.clock())
    return _stands(standing, place, address)


def _waited(form: Form, address: addresses.Address) -> str:
    place, waits, now = _place(form, address), asked_wiring.Waits(), asked_wiring.clock()
    if address.gives_up:
        waits.leave(place, now)
        return twiml.goodbye("sorry", address.language)
    return _stands(waits.ask(place, now), place, address)


def _dialled(form: Form, address: addresses.Address) -> str:
    place, waits, now = _place(form, address), asked_wiring.Waits(), asked_wiring.clock()
    if hearing.talked(form):
        waits.answered(place, address.agent, now)
        asked_wiring.queue().tell(address, "reached")
        return twiml.over()
    return _stands(waits.missed(place, address.agent, now), place, address)


def _agent(form: Form, address: addresses.Address) -> str:
    asking = asked_wiring.store().asking(address.account_id, address.asking_id)
    return twiml.agent_greeting(asking.label, address)


def _agent_chose(form: Form, address: addresses.Address) -> str:
    if form.optional("Digits") != twiml.YES:
        return twiml.over()
    asked_wiring.Waits().picked_up(_place(form, address), address.agent, asked_wiring.clock())
    asked_wiring.queue().tell(address, "reached")
    return twiml.put_through()


def _stands(standing: Any, place: queues.Place, address: addresses.Address) -> str:
    offer = standing.offer
    if offer is None:
        return twiml.hold(address, first=address.round == 1)
    ringing = address.ringing(offer.agent)
    return twiml.connect(offer.number, offer.ring_seconds, place.dialled, ringing)


_STEPS: dict[str, Callable[[Form, addresses.Address], str]] = {
    "choice": _chosen,
    "wait": _waited,
    "end": _dialled,
    "agent": _agent,
    "taken": _agent_chose,
}


def _place(form: Form, address: addresses.Address) -> queues.Place:
    """Return the person's place: we rang them, so our number is the one that they rang."""
    return queues.Place(
        account_id=address.account_id,
        queue=address.queue,
        call_id=address.asking_id,
        dialled=form.optional("From") or "",
        caller=form.optional("To"),
        arrived_at=datetime.fromtimestamp(address.since, UTC),
        language="en-GB" if address.language == "en" else "fr-FR",
    )


def _shown(request: Request, asking: askings.Asking) -> models.WebCallbackOut:
    sees = bool(request.principal.scopes & {"*", "calls:*", "calls:read"})
    return models.WebCallbackOut.of(asking, numbers=sees)


def _page(text: str, status: int = 200) -> Answer[str]:
    return Answer(text, status=status, media=f"{HTML}; charset=utf-8", headers=pages.HEADERS)
