"""What a kind of node is: how it is written, and what it does. Each module beside this is one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from chalicelib.ivr.grammar import Entries
    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.turns import Move, Turn
    from chalicelib.kernel.errors import Fault
    from chalicelib.kernel.reading import Place


def nowhere(node: Any) -> tuple[str | None, ...]:
    """Name no way on: the usual answer of a kind that waits."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of node.

    `node` is made of the fields that `entries` read. `enter` decides what the caller meets on
    coming to the node, `hear` what an input of each type means there; an input that is not in
    `hear` starts the node again. `waits` says that the caller, or the carrier, has to do something
    before the call goes on: a loop without such a node would turn for ever; `passes` names where
    it may go on all the same, at once, and `idles` where it goes on in the end if nobody acts: the
    caller keeps silent, nobody picks up. `review` notes faults
    between fields of one node, `check` faults that need the whole flow (pointers inside the node).
    `endings` are exits that the platform takes with a sentence of its own when the document has
    nothing there. `make` builds the node where its fields are not simply its own. `folded` names,
    for an entry, the fields that the node itself has of it: a `say` node is a prompt, an `hours`
    node a calendar.
    """

    name: str
    about: str
    node: type[Any]
    make: Callable[..., Any] | None = None
    entries: Entries
    enter: Callable[[Any, Turn], Move]
    hear: Mapping[type[Any], Callable[[Any, Any, Turn], Move]] = field(default_factory=dict)
    waits: bool = False
    passes: Callable[[Any], tuple[str | None, ...]] = nowhere
    idles: Callable[[Any], tuple[str | None, ...]] = nowhere
    review: Callable[[Place, Any], None] | None = None
    check: Callable[[Any, Flow], Iterator[Fault]] | None = None
    endings: tuple[str, ...] = ()
    folded: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sets: tuple[str, ...] = ()
