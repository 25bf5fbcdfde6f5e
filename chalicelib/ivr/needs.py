"""What a step may need of the world before it can answer, and what the world says. Pure values.

A node that needs something says so instead of answering; whoever runs the engine (a call's use
case, or a simulation) finds out and steps again with the answer as input.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.lookups import LookupRequest
    from chalicelib.ivr.nodes import Value


@dataclass(frozen=True, slots=True)
class Fetch:
    """Ask the customer's own system."""

    request: LookupRequest


@dataclass(frozen=True, slots=True)
class Fetched:
    """What the customer's system answered, as variables."""

    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """The customer's system did not answer, or nothing we can use."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFlow:
    """Go on in another flow: at its start, or where a call comes back to (`node`, `version`).

    `back` is the node of the present flow to come back to; `failed` where to go if the other
    flow does not answer.
    """

    flow_id: str
    version: int | None = None
    node: str | None = None
    back: str | None = None


@dataclass(frozen=True, slots=True)
class FlowMissing:
    """The other flow has no published version, or too many flows are open already."""

    reason: str


Need = Fetch | OpenFlow
NeedMet = Fetched | FetchFailed | FlowMissing
MET = (Fetched, FetchFailed, FlowMissing)
