"""A call's needs, put to the contact centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.ivr import needs

if TYPE_CHECKING:
    from chalicelib.ivr.actions import Context
    from chalicelib.ivr.queueing import Desk


def answer(need: needs.DeskNeed, desk: Desk, account_id: str, context: Context) -> needs.DeskAnswer:
    """Put a call's need to the desk. Raises NotFound, Unavailable."""
    about = (account_id, need.queue)
    call_id, now = context.call_id, context.now
    match need:
        case needs.JoinQueue():
            return needs.InQueue(desk.join(*about, need.ticket, now))
        case needs.AskQueue():
            return needs.InQueue(desk.ask(*about, call_id, now))
        case needs.PickedUp():
            desk.picked_up(*about, call_id, need.agent, now)
            return needs.OutOfQueue()
        case needs.OfferOver(answered=True):
            return needs.OutOfQueue(desk.answered(*about, call_id, need.agent, now))
        case needs.OfferOver():
            return needs.InQueue(desk.missed(*about, call_id, need.agent, now))
        case needs.LeaveQueue():
            return needs.OutOfQueue(desk.leave(*about, call_id, need.how, now))
        case needs.BookCallback():
            booked = desk.book(*about, need.ticket, need.number, need.slot, now)
            return needs.CallbackBooked(booked)
