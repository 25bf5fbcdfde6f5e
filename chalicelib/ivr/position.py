"""Where a call stands in its flow: all the state a call has, kept in the URL it comes back to.

The carrier signs that URL, so it can be believed; it is still read strictly, once, at the door.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.grammar import NAME
from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

_NUMBER: Final = re.compile(r"0|[1-9][0-9]{0,3}")


MOST_RETURNS: Final = 5
_MARK: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_RETURN: Final = re.compile(
    r"([A-Za-z0-9_-]{1,64})\.([1-9][0-9]{0,5})\.([A-Za-z0-9][A-Za-z0-9_-]{0,63})"
)


@dataclass(frozen=True, slots=True)
class Return:
    """Where a flow that was called returns to: a node of a version of another flow."""

    flow_id: str
    version: int
    node: str

    def __str__(self) -> str:
        return f"{self.flow_id}.{self.version}.{self.node}"


@dataclass(frozen=True, slots=True)
class Position:
    """A node, and how far the call is in it.

    `step` counts the answers given so far; `attempt` (from 1) the times a question was put;
    `target` (from 0) the destination being rung, or the rounds of waiting; `mark` is the node's
    own word for how far it is. `returns` are the flows to come back to, the last one first to be
    left; `remembers` says that the call has variables. Nothing here is anybody's personal data:
    URLs are logged on the way.
    """

    node: str
    step: int = 0
    attempt: int = 1
    target: int = 0
    mark: str = ""
    returns: tuple[Return, ...] = ()
    remembers: bool = False

    def at(self, node: str) -> Position:
        """Return the position on entering a node, in the same step."""
        return Position(node, step=self.step, returns=self.returns, remembers=self.remembers)

    def then(self) -> Position:
        """Return where the call comes back after the answer being given."""
        return self.but(step=self.step + 1)

    def but(
        self,
        *,
        step: int | None = None,
        attempt: int | None = None,
        target: int | None = None,
        mark: str | None = None,
        remembers: bool | None = None,
    ) -> Position:
        """Return the same position but for what is given.

        Every answer makes some of these: `dataclasses.replace` takes three times as long.
        """
        return Position(
            self.node,
            self.step if step is None else step,
            self.attempt if attempt is None else attempt,
            self.target if target is None else target,
            self.mark if mark is None else mark,
            self.returns,
            self.remembers if remembers is None else remembers,
        )

    def query(self) -> dict[str, str]:
        """Return what the URL's path does not say."""
        query = {
            "attempt": str(self.attempt),
            "step": str(self.step),
            "target": str(self.target),
        }
        if self.mark:
            query["mark"] = self.mark
        if self.returns:
            query["returns"] = ",".join(map(str, self.returns))
        return {**query, "memory": "1"} if self.remembers else query

    @classmethod
    def from_url(cls, node: str, query: Mapping[str, str]) -> Position:
        """Read a position back. Raises Rejected on what `query` did not write."""
        if not NAME.fullmatch(node):
            raise Rejected("not a position in a flow", parameter="node")
        mark = query.get("mark", "")
        if mark and not _MARK.fullmatch(mark):
            raise Rejected("not a position in a flow", parameter="mark")
        return cls(
            node,
            step=_number(query, "step", 0),
            attempt=_number(query, "attempt", 1),
            target=_number(query, "target", 0),
            mark=mark,
            returns=_returns(query.get("returns", "")),
            remembers=query.get("memory") == "1",
        )


def _returns(written: str) -> tuple[Return, ...]:
    if not written:
        return ()
    read = [_RETURN.fullmatch(each) for each in written.split(",")]
    if len(read) > MOST_RETURNS or not all(read):
        raise Rejected("not a position in a flow", parameter="returns")
    return tuple(Return(each[1], int(each[2]), each[3]) for each in read if each)


def _number(query: Mapping[str, str], name: str, least: int) -> int:
    value = query.get(name, str(least))
    if not _NUMBER.fullmatch(value) or int(value) < least:
        raise Rejected("not a position in a flow", parameter=name)
    return int(value)
