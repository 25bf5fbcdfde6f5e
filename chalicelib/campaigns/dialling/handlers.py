"""Bodies of dialling's schedule and queue handlers. `app.py` declares them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from chalicelib.campaigns.dialling import manning, minding, placing, planning
from chalicelib.campaigns.dialling.orders import Look, from_message
from chalicelib.runtime import jobs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chalicelib.campaigns.dialling.ports import Desk, Moves, Outbox


def campaigns_tick(moves: Moves, outbox: Outbox) -> None:
    """Leave a message for each account that has campaigns to look at."""
    with jobs.job("campaigns-tick"):
        jobs.every("look-at-campaigns", moves.running(), outbox.look)


def place_campaign_calls(bodies: Iterable[str], desk: Desk) -> None:
    """Plan accounts' next minutes, and ring those who were planned."""

    def see_to(body: str) -> None:
        order = from_message(json.loads(body))
        if isinstance(order, Look):
            look(order.account_id, desk)
        else:
            placing.place(order, desk)

    jobs.every("place-campaign-calls", bodies, see_to)


def look(account_id: str, desk: Desk) -> None:
    """See to an account: what is up, then what is to be rung in the next minute."""
    campaigns = desk.moves.running_of(account_id)
    busy = minding.mind(account_id, desk)
    manning.mind(account_id, campaigns, desk)
    planning.plan(account_id, campaigns, desk)
    planning.settle(account_id, campaigns, busy, desk)
