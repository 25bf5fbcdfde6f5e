"""Bodies of the desk's schedule and queue handlers. `app.py` declares them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from chalicelib.desk import placing
from chalicelib.runtime import jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from chalicelib.desk.placing import Office
    from chalicelib.desk.ports import Callbacks
    from chalicelib.runtime.queues import Queue


def find_callbacks(callbacks: Callbacks, queue: Queue) -> None:
    """Leave a message for each account that has callbacks."""

    def leave(awaited: tuple[str, str]) -> None:
        account_id, stamp = awaited
        queue.put({"account_id": account_id, "stamp": stamp})

    with jobs.job("find-callbacks"):
        jobs.every("find-callbacks-of-account", callbacks.awaited(), leave)


def place_callbacks(
    bodies: Iterable[str], office: Office, others: Mapping[str, Callable[[dict[str, Any]], None]]
) -> None:
    """See to the callbacks of accounts. `others` take messages of their own kinds."""

    def see_to(body: str) -> None:
        message: dict[str, Any] = json.loads(body)
        other = others.get(message.get("kind", ""))
        if other is not None:
            other(message)
            return
        placing.look(message["account_id"], office, message.get("stamp"))

    jobs.every("place-callbacks", bodies, see_to)
