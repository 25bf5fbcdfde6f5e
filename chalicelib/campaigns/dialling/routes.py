"""The doors of dialling: the carrier's webhooks, whose URLs name the attempt; and its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Forbidden
from chalicelib.runtime import apology, wiring
from chalicelib.runtime.api import Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.webhook import Webhooks

if TYPE_CHECKING:
    from chalicelib.campaigns.dialling import addresses, hearing, models
    from chalicelib.runtime import campaigns_wiring, dialling_wiring
    from chalicelib.runtime.api import Request
    from chalicelib.runtime.form import Form
else:
    addresses = lazily("chalicelib.campaigns.dialling.addresses")
    campaigns_wiring = lazily("chalicelib.runtime.campaigns_wiring")
    dialling_wiring = lazily("chalicelib.runtime.dialling_wiring")
    hearing = lazily("chalicelib.campaigns.dialling.hearing")
    models = lazily("chalicelib.campaigns.dialling.models")

api = Api(__name__)
webhooks = Webhooks(__name__)


@webhooks.voice("/voice/campaigns/{campaign_id}/{attempt_id}")
def speak_for_campaign(form: Form, campaign_id: str, attempt_id: str) -> str:
    """Have a flow speak to whoever has answered."""
    address = addresses.Address.of(form.base_url, campaign_id, attempt_id, form.query)
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
