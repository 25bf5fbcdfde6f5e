"""The carrier's webhooks about calls of campaigns. Their URLs name the attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.runtime import apology
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.webhook import Webhooks

if TYPE_CHECKING:
    from chalicelib.campaigns.dialling import addresses, hearing
    from chalicelib.runtime import dialling_wiring
    from chalicelib.runtime.form import Form
else:
    addresses = lazily("chalicelib.campaigns.dialling.addresses")
    dialling_wiring = lazily("chalicelib.runtime.dialling_wiring")
    hearing = lazily("chalicelib.campaigns.dialling.hearing")

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
