"""Somebody who asked to be rung, and is to be forgotten. Pure but for its ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.campaigns.asked.ringing import insist

if TYPE_CHECKING:
    from chalicelib.campaigns.asked.askings import Asking
    from chalicelib.campaigns.asked.forms import Form
    from chalicelib.campaigns.asked.ports import Desk


def erase(account_id: str, person: str, desk: Desk) -> None:
    """Call off all that somebody asked for, and forget them but for what proves that they did.

    An agent whose telephone rings for them at that moment is told nothing any more. May be done
    again.
    """

    def change(asking: Asking, form: Form) -> Asking:
        if asking.callback_id and not asking.over:
            desk.queues.call_off(account_id, asking.callback_id)
        return asking.erased(desk.clock())

    for asking_id in desk.book.of_person(account_id, person):
        insist(account_id, asking_id, change, desk)
