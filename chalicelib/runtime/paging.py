"""Cursors of the API's lists: positions in a store, sealed with the deployment's own key."""

from __future__ import annotations

from chalicelib.runtime import cursors, secrets


def position(cursor: str | None, context: str) -> str | None:
    """Return where a list goes on, None for its beginning.

    `context` names the account, the list and its filters. Raises WrongCursor.
    """
    if cursor is None:
        return None
    return str(cursors.unseal(cursor, key=secrets.pepper(), context=context)["after"])


def cursor(position: str | None, context: str) -> str | None:
    """Return the cursor that `position` takes back in the same context."""
    if position is None:
        return None
    return cursors.seal({"after": position}, key=secrets.pepper(), context=context)
