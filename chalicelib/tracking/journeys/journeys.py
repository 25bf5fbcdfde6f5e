"""How a call came about: whose visit it was, how sure that is, and what brought the visit.

Told twice: while the phone rings, and once more when the call has ended (`final`), because pages
seen after the ring are proof too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from chalicelib.tracking.attribution.evidence import Role

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# What visits have in common that one source brought.
SOURCE_FACTS: Final = ("channel", "source", "medium", "campaign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Somebody who may have rung. Without a visit and a lease: all whom no visit explains.

    `reason` is in words by language; `source` is what brought them (see `SOURCE_FACTS`). Of a visit
    that is not credited there is neither its name nor its source.
    """

    visit_id: str | None
    weight: float
    reason: Mapping[str, str] = field(default_factory=dict)
    lease_id: str | None = None
    source: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_nobody(self) -> bool:
        """Say whether it stands for those whom no visit explains."""
        return self.visit_id is None and self.lease_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What is known of how a call came about.

    `source_id` is the source that the number stood for then (a poster). `landing` is what brought
    the visit last before the ring, the JSON of `visits.written`, with `at` if the visit had begun
    otherwise, and with its last `clicks` until then; where a number is shared by all visits that
    one source brought, there is a landing and no visit (`shared_id` names them). `earlier_calls`
    are the same caller's that are known, twenty at most; `last_call` says when the last of them was
    (`at`) and what became of it (`outcome`). `first_at` says when the call rang that followed the
    visit: this one or, if that is all that speaks for it, the one that the caller repeats.
    `erased`: the call had a visit, which was erased since.
    """

    call_id: str
    account_id: str
    rang_at: datetime
    dialled: str
    caller_hash: str | None = None
    role: Role = Role.UNKNOWN
    source_id: str | None = None
    pool_id: str | None = None
    visit_id: str | None = None
    shared_id: str | None = None
    site_id: str | None = None
    confidence: float = 0.0
    first_at: str | None = None
    landing: Mapping[str, Any] = field(default_factory=dict)
    candidates: tuple[Told, ...] = ()
    reason: Mapping[str, str] = field(default_factory=dict)
    earlier_calls: int = 0
    last_call: Mapping[str, str] = field(default_factory=dict)
    erased: bool = False
    final: bool = False

    @property
    def holder(self) -> str | None:
        """Who is credited, as the log of leases calls them: a visit, or a source's visits."""
        return self.visit_id or self.shared_id


def source_key(facts: Mapping[str, Any]) -> str:
    """Write what brought a visit so that visits of one source have it in common.

    >>> source_key({"channel": "paid-search", "source": "google", "click": ["gclid", "x"]})
    '["paid-search", "google", null, null]'
    """
    return json.dumps([facts.get(name) for name in SOURCE_FACTS])


def source_facts(key: str | None) -> dict[str, Any]:
    """Read it again; what nobody said is left out.

    >>> source_facts('["paid-search", "google", null, null]')
    {'channel': 'paid-search', 'source': 'google'}
    """
    texts = [] if key is None else json.loads(key)
    return {name: text for name, text in zip(SOURCE_FACTS, texts, strict=False) if text is not None}
