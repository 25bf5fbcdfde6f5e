"""Connections of conversations on the table `ivr`: one row each, gone with the call.

A row holds what a caller said last, so it goes when the socket closes, and by itself after that.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pynamodb.attributes import NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.runtime.sockets import Connection
from chalicelib.runtime.tables import TableMeta, bind, translated

if TYPE_CHECKING:
    from datetime import datetime

# API Gateway closes a connection after two hours.
KEPT: Final = timedelta(hours=2, minutes=10)
_ROW: Final = "socket"


class ConnectionRow(Model):
    """An open socket, and what its room remembers of it."""

    class Meta(TableMeta):
        table = "ivr"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    state = UnicodeAttribute(null=True)
    revision = NumberAttribute()
    expires_at = TTLAttribute()


class ConnectionStore:
    """The port `Connections` on the table `ivr`."""

    def __init__(self, table_name: str) -> None:
        bind(ConnectionRow, table_name)

    def open(self, connection: Connection, now: datetime) -> None:
        """Store a new connection."""
        row = ConnectionRow(
            pk=_pk(connection.connection_id),
            sk=_ROW,
            kind=connection.kind,
            state=connection.state or None,
            revision=connection.revision,
            expires_at=now + KEPT,
        )
        with translated("open a socket"):
            row.save()

    def load(self, connection_id: str) -> Connection:
        """Return a connection as it is now."""
        with translated("load a socket"):
            row = ConnectionRow.get(_pk(connection_id), _ROW, consistent_read=True)
        return Connection(connection_id, row.kind, row.state or "", int(row.revision))

    def save(self, connection: Connection, state: str, now: datetime) -> None:
        """Store what to remember."""
        row = ConnectionRow(_pk(connection.connection_id), _ROW)
        with translated("save a socket"):
            row.update(
                actions=[
                    ConnectionRow.state.set(state),
                    ConnectionRow.revision.set(connection.revision + 1),
                    ConnectionRow.expires_at.set(now + KEPT),
                ],
                condition=ConnectionRow.revision == connection.revision,
            )

    def close(self, connection_id: str) -> None:
        """Forget a connection."""
        with translated("close a socket"):
            ConnectionRow(_pk(connection_id), _ROW).delete()


def _pk(connection_id: str) -> str:
    return f"socket#{connection_id}"
