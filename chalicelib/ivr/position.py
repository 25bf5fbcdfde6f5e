"""Where a call stands in its flow: all the state a call has, kept in the URL it comes back to.

The carrier signs that URL, so it can be believed; it is still read strictly, once, at the door.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.kinds import NAME
from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class Position:
    """A node, and how far the call is in it.

    `step` counts the answers given so far; `attempt` (from 1) the times a menu has asked;
    `target` (from 0) the destination being rung.
    """

    node: str
    step: int = 0
    attempt: int = 1
    target: int = 0

    def at(self, node: str) -> Position:
        """Return the position on entering a node, in the same step."""
        return Position(node, step=self.step)

    def then(self) -> Position:
        """Return where the call comes back after the answer being given."""
        return replace(self, step=self.step + 1)

    def asking_again(self) -> Position:
        """Return the position for a menu's next attempt, in the same step."""
        return replace(self, attempt=self.attempt + 1)

    def ringing(self, target: int) -> Position:
        """Return the position for ringing a destination, in the same step."""
        return replace(self, target=target)

    def query(self) -> dict[str, str]:
        """Return what the URL's path does not say."""
        return {
            "attempt": str(self.attempt),
            "step": str(self.step),
            "target": str(self.target),
        }

    @classmethod
    def from_url(cls, node: str, query: Mapping[str, str]) -> Position:
        """Read a position back. Raises Rejected on what `query` did not write."""
        if not NAME.fullmatch(node):
            raise Rejected("not a position in a flow", parameter="node")
        return cls(
            node,
            step=_number(query, "step", 0),
            attempt=_number(query, "attempt", 1),
            target=_number(query, "target", 0),
        )


def _number(query: Mapping[str, str], name: str, least: int) -> int:
    value = query.get(name, str(least))
    if not _NUMBER.fullmatch(value) or int(value) < least:
        raise Rejected("not a position in a flow", parameter=name)
    return int(value)
