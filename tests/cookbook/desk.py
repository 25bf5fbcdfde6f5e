"""A desk that says in a call on the telephone what it said when the same call was simulated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from chalicelib.ivr import needs
from chalicelib.ivr.trials.desk import ScriptedDesk, is_asked
from chalicelib.kernel.errors import Unavailable
from tests.cookbook import recipes

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.ivr.queueing import Slot, Ticket
    from chalicelib.ivr.trials.scripts import DeskSays


class NotingDesk(ScriptedDesk):
    """The desk of a simulation, which notes what it says each time it is asked."""

    said: list[DeskSays]

    def __init__(self) -> None:
        super().__init__()
        type(self).said = []

    def answer(self, need: needs.DeskNeed, now: datetime) -> needs.DeskAnswer:
        """Note what is said."""
        if is_asked(need):
            self.said.append(self._says)
        return super().answer(need, now)


@dataclass(slots=True)
class DeskByHeart:
    """The port that calls use: says one thing after the other, the last of them for ever."""

    says: list[DeskSays] = field(default_factory=list)
    desk: ScriptedDesk = field(default_factory=ScriptedDesk)

    def learn(self, says: list[DeskSays]) -> None:
        """Begin another call."""
        self.says, self.desk = [*says], ScriptedDesk()

    def names(self, account_id: str) -> set[str]:
        """Return every queue of the cookbook."""
        return {each.name for name in recipes.DOCUMENTS for each in recipes.flow(name).queues}

    def join(self, account_id: str, queue: str, ticket: Ticket, now: datetime) -> Any:
        return self._standing(needs.JoinQueue(queue, ticket), now)

    def ask(self, account_id: str, queue: str, call_id: str, now: datetime) -> Any:
        return self._standing(needs.AskQueue(queue), now)

    def missed(self, account_id: str, queue: str, call_id: str, agent: str, now: datetime) -> Any:
        return self._standing(needs.OfferOver(queue, agent, answered=False), now)

    def picked_up(self, *_: object) -> None:
        """Have nothing to note."""

    def answered(self, account_id: str, queue: str, call_id: str, agent: str, now: datetime) -> int:
        return 0

    def leave(self, *_: object) -> int:
        return 0

    def book(
        self,
        account_id: str,
        queue: str,
        ticket: Ticket,
        number: str,
        slot: Slot | None,
        now: datetime,
    ) -> Any:
        need = needs.BookCallback(queue=queue, ticket=ticket, number=number, slot=slot)
        return self._answer(need, now).booked

    def _standing(self, need: needs.DeskNeed, now: datetime) -> Any:
        return self._answer(need, now).standing

    def _answer(self, need: needs.DeskNeed, now: datetime) -> Any:
        if self.says:
            self.desk.says(self.says.pop(0))
        answer = self.desk.answer(need, now)
        if isinstance(answer, needs.QueueFailed):
            raise Unavailable("the queue is down")
        return answer
