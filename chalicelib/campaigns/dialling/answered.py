"""What follows when somebody has answered, or nobody has. Pure but for its ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.campaigns.attempts.usecases import News
from chalicelib.campaigns.campaign import Machines
from chalicelib.campaigns.dialling import minding
from chalicelib.campaigns.dialling.hearing import may_be_spoken_to
from chalicelib.campaigns.pacing.outcomes import Outcome

if TYPE_CHECKING:
    from chalicelib.campaigns.attempts.attempts import Attempt
    from chalicelib.campaigns.campaign import Campaign
    from chalicelib.campaigns.dialling.addresses import Address
    from chalicelib.campaigns.dialling.hearing import Ended
    from chalicelib.campaigns.dialling.ports import Carrier, Ends


def over(campaign: Campaign, attempt_id: str, ended: Ended, desk: Ends) -> Attempt | None:
    """Store how a call ended, as the carrier tells; None: that was known."""
    news = News(outcome=ended.outcome, call_id=ended.call_id, seconds=ended.seconds)
    return minding.end(campaign, attempt_id, news, desk)


def machine(
    campaign: Campaign, address: Address, call_id: str, who: str, desk: Ends, carrier: Carrier
) -> None:
    """Leave a machine what the campaign has for it, or hang up; whoever tells twice tells once."""
    news = News(outcome=Outcome.MACHINE, call_id=call_id, answered_by=who)
    if minding.end(campaign, address.attempt_id, news, desk) is None:
        return
    message = campaign.plan.message
    leaves = campaign.plan.machines is Machines.MESSAGE and may_be_spoken_to(who)
    if leaves and message is not None:
        carrier.redirect(call_id, address.message(message))
    else:
        carrier.hang_up(call_id)
