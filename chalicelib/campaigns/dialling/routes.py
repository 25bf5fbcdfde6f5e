"""The doors of dialling: the carrier's webhooks, whose URLs name the attempt; and its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Forbidden
from chalicelib.runtime import apology, wiring
from chalicelib.runtime.api import Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.webhook import Webhooks

if TYPE_CHECKING:
    from chalicelib.campaigns.dialling import addresses, hearing, models, previewing, sitting
    from chalicelib.runtime import campaigns_wiring, crewing_wiring, dialling_wiring
    from chalicelib.runtime.api import Request
    from chalicelib.runtime.form import Form
else:
    addresses = lazily("chalicelib.campaigns.dialling.addresses")
    campaigns_wiring = lazily("chalicelib.runtime.campaigns_wiring")
    crewing_wiring = lazily("chalicelib.runtime.crewing_wiring")
    dialling_wiring = lazily("chalicelib.runtime.dialling_wiring")
    hearing = lazily("chalicelib.campaigns.dialling.hearing")
    models = lazily("chalicelib.campaigns.dialling.models")
    previewing = lazily("chalicelib.campaigns.dialling.previewing")
    sitting = lazily("chalicelib.campaigns.dialling.sitting")

api = Api(__name__)
webhooks = Webhooks(__name__)


@webhooks.voice("/voice/campaigns/{campaign_id}/{attempt_id}")
def speak_for_campaign(form: Form, campaign_id: str, attempt_id: str) -> str:
    """Have a flow speak to whoever has answered, or put them through to an agent."""
    address = addresses.Address.of(form.base_url, campaign_id, attempt_id, form.query)
    if address.agents:
        return crewing_wiring.speak(form, address)
    return dialling_wiring.speak(form, address)


@webhooks.notice("/voice/campaigns/{campaign_id}/{attempt_id}/status")
def follow_campaign_call(form: Form, campaign_id: str, attempt_id: str) -> str:
    """Take note of how a call ended."""
    address = addresses.Address.of(form.base_url, campaign_id, attempt_id, form.query)
    ended = hearing.ended(form)
    if ended is not None:
        dialling_wiring.over(form, address, ended)
    return apology.nothing()


@webhooks.notice("/voice/campaigns/{campaign_id}/{attempt_id}/machine")
def tell_who_answered(form: Form, campaign_id: str, attempt_id: str) -> str:
    """Take note of who answered: a machine gets the campaign's message, or is hung up on."""
    address = addresses.Address.of(form.base_url, campaign_id, attempt_id, form.query)
    who = hearing.answered_by(form)
    if hearing.is_machine(who):
        dialling_wiring.machine(address, form.required("CallSid"), who)
    return apology.nothing()


@webhooks.voice("/voice/seats/{campaign_id}/{agent_id}")
def speak_to_agent(form: Form, campaign_id: str, agent_id: str) -> str:
    """Have an agent who is on duty for a campaign come to its line, wait there, or go."""
    address = addresses.SeatAddress.of(form.base_url, campaign_id, agent_id, form.query)
    return crewing_wiring.speak_to_agent(form, address)


@webhooks.notice("/voice/seats/{campaign_id}/{agent_id}/status")
def follow_agent_call(form: Form, campaign_id: str, agent_id: str) -> str:
    """Take note that an agent's call has ended."""
    address = addresses.SeatAddress.of(form.base_url, campaign_id, agent_id, form.query)
    if hearing.ended(form) is not None:
        crewing_wiring.left(address)
    return apology.nothing()


@api.get("/v1/campaigns/{campaign_id}/agents", scope="campaigns:read")
def list_campaign_agents(request: Request, campaign_id: str) -> models.SeatList:
    """Show who is on duty for a campaign, and whom each is kept for or talks with."""
    campaign = campaigns_wiring.store().campaign(request.account_id, campaign_id)
    seats = crewing_wiring.seats().of(campaign.id)
    about = crewing_wiring.about(campaign, seats)
    return models.SeatList(
        items=[models.SeatOut.of(each, about.get(each.attempt)) for each in seats]
    )


@api.put("/v1/campaigns/{campaign_id}/agents/{agent_id}", scope="campaigns:write")
def seat_campaign_agent(request: Request, campaign_id: str, agent_id: str) -> models.SeatOut:
    """Have an agent be on duty for a campaign: their telephone is rung, and they stay on the line.

    Callers who wait in a queue come first: an agent who is needed there comes afterwards.
    """
    campaign = campaigns_wiring.store().campaign(request.account_id, campaign_id)
    seat = sitting.sit(campaign, agent_id, crewing_wiring.crewing())
    return models.SeatOut.of(seat, None)


@api.delete("/v1/campaigns/{campaign_id}/agents/{agent_id}", scope="campaigns:write")
def unseat_campaign_agent(request: Request, campaign_id: str, agent_id: str) -> None:
    """Have an agent go off duty, after the conversation if there is one."""
    campaign = campaigns_wiring.store().campaign(request.account_id, campaign_id)
    sitting.stand_up(campaign.id, agent_id, crewing_wiring.crewing())


@api.post("/v1/campaigns/{campaign_id}/agents/{agent_id}/preview", scope="campaigns:write")
def show_next_contact(request: Request, campaign_id: str, agent_id: str) -> models.PreviewOut:
    """Show an agent who is on the line whom to ring next, in a campaign of the mode `preview`.

    Nobody else is shown them until then. Asked again, it is the same person.
    """
    campaign = campaigns_wiring.store().campaign(request.account_id, campaign_id)
    found = previewing.show(campaign, agent_id, crewing_wiring.preview_desk())
    return models.PreviewOut.of(found)


@api.post("/v1/campaigns/{campaign_id}/agents/{agent_id}/ring", scope="campaigns:write")
def ring_shown_contact(request: Request, campaign_id: str, agent_id: str) -> models.SeatOut:
    """Have whom an agent is shown rung for them, if the law still allows it then."""
    campaign = campaigns_wiring.store().campaign(request.account_id, campaign_id)
    seat = previewing.ring(campaign, agent_id, crewing_wiring.preview_desk())
    return models.SeatOut.of(seat, None)


@api.post("/v1/campaigns/{campaign_id}/agents/{agent_id}/skip", scope="campaigns:write")
def skip_shown_contact(
    request: Request, campaign_id: str, agent_id: str, body: models.SkipIn
) -> models.SeatOut:
    """Leave whom an agent is shown for later."""
    campaign = campaigns_wiring.store().campaign(request.account_id, campaign_id)
    desk = crewing_wiring.preview_desk()
    return models.SeatOut.of(previewing.pass_by(campaign, agent_id, body.until, desk), None)


@api.get("/v1/campaign-limits", scope="campaigns:read")
def show_campaign_limits(request: Request) -> models.LimitsOut:
    """Show how many calls the account's campaigns may begin in a second, and have up at a time."""
    _, limit = dialling_wiring.paces().pace(request.account_id)
    return models.LimitsOut.of(limit)


@api.put("/v1/campaign-limits", scope="campaigns:write")
def set_campaign_limits(request: Request, body: models.LimitsIn) -> models.LimitsOut:
    """Say what the carrier takes of an account: it holds from the next second on.

    A client's is set by its agency, who has the carrier's word for it.
    """
    own = request.principal.key_account_id == request.account_id
    if own and wiring.directory().account(request.account_id).parent_id is not None:
        raise Forbidden("a client's limits are set by its agency")
    limit = body.read()
    dialling_wiring.paces().limit(request.account_id, limit)
    return models.LimitsOut.of(limit)


@api.post(
    "/v1/campaigns/{campaign_id}/attempts/{attempt_id}/refuse",
    scope="campaigns:write",
    status=204,
)
def refuse_attempt(request: Request, campaign_id: str, attempt_id: str) -> None:
    """Note that whoever was rung wants no more of it, as an agent was told: it holds at once.

    For sixty days nobody rings them for this professional, and what they consented to ends.
    """
    campaign = campaigns_wiring.store().campaign(request.account_id, campaign_id)
    dialling_wiring.refuse(campaign, attempt_id, "agent", request.now)
