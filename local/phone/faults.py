"""Trouble on demand: what shall go wrong, how often, and where."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Trouble(StrEnum):
    """The faults that can be ordered."""

    DUPLICATE = "duplicate"  # the webhook is delivered twice with one idempotency token
    REORDER = "reorder"  # status callbacks wait for the end of the story, then come backwards
    DELAY = "delay"  # the webhook leaves `seconds` late
    DROP = "drop"  # the connection fails: the request never arrives
    TIMEOUT = "timeout"  # the request arrives, its answer comes too late
    LOSE = "lose"  # the webhook never leaves, and nobody is told
    EARLY = "early"  # the callback is there, and answered, before anything else is sent
    REST_ERROR = "rest-error"  # the REST API answers 500 and does nothing
    REST_SLOW = "rest-slow"  # the REST API thinks for `seconds` of real time
    REST_LOST = "rest-lost"  # the REST API does as asked and hangs up before it answers
    REST_BUSY = "rest-busy"  # the REST API answers 429 with code 20429


@dataclass(slots=True)
class Fault:
    """One order: `times` counts down and -1 is for ever; `path` must be part of the URL."""

    trouble: Trouble
    times: int = -1
    seconds: float = 0.0
    path: str = ""
    only: str = ""  # "" any webhook, "documents" those that fetch TwiML, "callbacks" the others


class Faults:
    """The orders in force."""

    def __init__(self) -> None:
        self.orders: list[Fault] = []

    def order(
        self,
        trouble: str,
        *,
        times: int = -1,
        seconds: float = 0.0,
        path: str = "",
        only: str = "",
    ) -> None:
        """Ask for trouble; `times=0` takes back all orders of that kind."""
        kind = Trouble(trouble)
        if times == 0:
            self.orders = [order for order in self.orders if order.trouble is not kind]
        else:
            self.orders.append(Fault(kind, times, seconds, path, only))

    def take(self, trouble: Trouble, *, url: str = "", group: str = "") -> Fault | None:
        """Use up one order that fits, if there is one."""
        for order in self.orders:
            if order.trouble is not trouble or order.path not in url:
                continue
            if order.only and group and order.only != group:
                continue
            if order.times > 0:
                order.times -= 1
                self.orders = [left for left in self.orders if left.times != 0]
            return order
        return None

    def clear(self) -> None:
        """Take back every order."""
        self.orders = []

    def listed(self) -> list[dict[str, Any]]:
        """Give the orders in force as JSON values."""
        return [asdict(order) for order in self.orders]
