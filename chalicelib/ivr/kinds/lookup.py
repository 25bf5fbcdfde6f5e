"""Kind `lookup`: ask the customer's own system, and keep what it answers in variables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from chalicelib.calls.events import LookedUp
from chalicelib.ivr import lookup_checks
from chalicelib.ivr.grammar import (
    VARIABLE,
    VARIABLE_MEANING,
    Field,
    Named,
    OneOf,
    Scalar,
    Target,
    Text,
    Variable,
    Whole,
    may,
    must,
)
from chalicelib.ivr.kinds.kind import Kind
from chalicelib.ivr.lookups import TEMPLATE, Lookup, Method
from chalicelib.ivr.needs import Fetch, Fetched, FetchFailed
from chalicelib.ivr.texts import Line
from chalicelib.ivr.turns import Move, leave

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.ivr.grammar import Reading, Schema
    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.turns import Turn
    from chalicelib.kernel.errors import Fault
    from chalicelib.kernel.reading import Place

REASON: Final = "lookup.reason"
_LONGEST_URL: Final = 2_000
_FIELD_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,59}")
_HEADER_NAME: Final = re.compile(r"[!-~]{1,61}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupNode:
    """What to ask, and where the call goes with the answer or without one."""

    lookup: Lookup
    next: str
    failed: str | None = None


def _ask(node: LookupNode, turn: Turn) -> Move:
    return Move(need=Fetch(node.lookup.request(turn.values)))


def _keep(node: LookupNode, given: Fetched, turn: Turn) -> Move:
    """Keep what was answered; what the answer does not hold is as if never known.

    So is what an earlier answer said of it: the caller may have asked about something else since.
    """
    looked_up = LookedUp(**turn.fact, node=turn.node, result="answered")
    learnt = {name: value for name, value in given.values.items() if name in node.lookup.answer}
    old = turn.context.memory.keys() & node.lookup.answer.keys() - learnt.keys()
    learnt |= {name: turn.flow.variables.get(name, "") for name in old}
    return Move(events=(looked_up,), learnt=learnt, exit="next", go=node.next)


def _fail(node: LookupNode, given: FetchFailed, turn: Turn) -> Move:
    looked_up = LookedUp(**turn.fact, node=turn.node, result=given.reason)
    left = leave(turn, "failed", node.failed, looked_up, parting=Line.NOBODY)
    return left.learning({REASON: given.reason})


@dataclass(frozen=True, slots=True)
class _Templated(Field[Any]):
    """A value to send; a text may hold variables."""

    longest: int = _LONGEST_URL

    def read(self, place: Place, about: Reading) -> Any:
        """Read it, and note the variables."""
        value = Scalar(self.longest).read(place, about)
        if isinstance(value, str):
            about.use(TEMPLATE.findall(value), place)
        return value

    def schema(self) -> Schema:
        """Describe it."""
        return Scalar(self.longest).schema()


@dataclass(frozen=True, slots=True)
class _Address(_Templated):
    """The URL."""

    def schema(self) -> Schema:
        """Describe it."""
        return Text(self.longest).schema()


@dataclass(frozen=True, slots=True)
class _Answer(Field["Mapping[str, str]"]):
    """Variables, each with the path of its value in the answer."""

    inner: Named = Named(VARIABLE, VARIABLE_MEANING, Text(200), 1, 50, "variables")

    def read(self, place: Place, about: Reading) -> Mapping[str, str]:
        """Read them; some names belong to the platform."""
        read = self.inner.read(place, about)
        for name, entry in place.entries().items() if isinstance(place.value, dict) else ():
            named = type(place)(name, entry.pointer, [])
            Variable(given=True, from_outside=True).read(named, about)
            place.faults.extend(each for each in named.faults if each not in place.faults)
        return read

    def schema(self) -> Schema:
        """Describe them."""
        return self.inner.schema()


def _made(next: str, failed: str | None, **asked: Any) -> LookupNode:
    asked["url"] = str(asked["url"])
    return LookupNode(lookup=Lookup(**asked), next=next, failed=failed)


def _check(node: LookupNode, flow: Flow) -> Iterator[Fault]:
    for fault in lookup_checks.faults_of(node.lookup):
        if node.lookup.url or fault.pointer != "/url":  # one that is missing was noted as such
            yield fault


_NONE: Final[Mapping[str, Any]] = MappingProxyType({})

LOOKUP: Final = Kind(
    name="lookup",
    about="Ask your own system over HTTPS, and keep what it answers in variables.",
    node=LookupNode,
    make=_made,
    entries={
        "url": must(_Address(), "Where to ask; variables may stand in its path and query.", ""),
        "method": may(OneOf(Method, Method.POST), "How values travel.", Method.POST),
        "fields": may(
            Named(_FIELD_NAME, "a field's name", _Templated(), 0, 50, "fields"),
            "What your system is told: the JSON object of a POST, the query of a GET.",
            _NONE,
        ),
        "headers": may(
            Named(_HEADER_NAME, "a header's name", Text(1000), 0, 10, "headers"),
            "Headers, sent as they are.",
            _NONE,
        ),
        "timeout_seconds": may(Whole(1, 3, 3), "How long callers wait for it.", 3),
        "cache_seconds": may(Whole(0, 3600, 0), "How long the same answer is good.", 0),
        "secret": may(Whole(1, 99, 1), "The generation of your secret that signs it.", 1),
        "answer": must(
            _Answer(), "Variables, each with the path of its value: /orders/0/status.", _NONE
        ),
        "next": must(Target(), "Where the call goes with the answer.", ""),
        "failed": may(Target(), "Where it goes without one; `lookup.reason` says why."),
    },
    enter=_ask,
    hear={Fetched: _keep, FetchFailed: _fail},
    check=_check,
    endings=("failed",),
    sets=(REASON,),
)
