"""Who watches an account's calls, on the table `tracking`: a row for each open WebSocket."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pynamodb.attributes import TTLAttribute, UnicodeAttribute

from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.live.live import Watcher
from chalicelib.tracking.store import TrackingRow

if TYPE_CHECKING:
    from datetime import datetime

# API Gateway closes a connection after two hours.
KEPT: Final = timedelta(hours=2, minutes=10)
# Each of them is sent every message: an account's office, not the world.
MOST_WATCHERS: Final = 200
_SOCKET: Final = "socket#"


class WatcherRow(TrackingRow):
    """An open WebSocket."""

    endpoint = UnicodeAttribute()
    expires_at = TTLAttribute()


class WatcherStore:
    """The port `Watchers`."""

    def __init__(self, table_name: str) -> None:
        bind(WatcherRow, table_name)

    def join(self, account_id: str, watcher: Watcher, now: datetime) -> None:
        """Remember a socket."""
        row = WatcherRow(
            pk=_pk(account_id),
            sk=f"{_SOCKET}{watcher.connection_id}",
            endpoint=watcher.endpoint,
            expires_at=now + KEPT,
        )
        with translated("watch calls", account_id=account_id):
            row.save()

    def watching(self, account_id: str) -> tuple[Watcher, ...]:
        """Return the sockets of an account, with one consistent Query."""
        with translated("list watchers", account_id=account_id):
            found = WatcherRow.query(
                _pk(account_id),
                WatcherRow.sk.startswith(_SOCKET),
                consistent_read=True,
                limit=MOST_WATCHERS,
            )
            return tuple(Watcher(row.sk.removeprefix(_SOCKET), row.endpoint) for row in found)

    def leave(self, account_id: str, connection_id: str) -> None:
        """Forget a socket."""
        with translated("leave", account_id=account_id):
            WatcherRow(_pk(account_id), f"{_SOCKET}{connection_id}").delete()


def _pk(account_id: str) -> str:
    return f"live#{account_id}"
