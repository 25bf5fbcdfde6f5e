"""Places that visitors pass through on their way: to pay, to prove who they are, to wait.

Whoever comes back from there was not brought by it: what brought the visit before stays. The list
is `passing.json`; `see` is where a place's maker documents it. Browsers tell the host alone, so a
place that also brings visitors from the same host (logging in by Facebook) can't be on it.
"""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path

from chalicelib.tracking.landing.hosts import names_of


@lru_cache(maxsize=2_000)  # hosts are anybody's to invent: few are worth keeping
def is_passing(host: str) -> bool:
    """Say whether visitors come from a host on their way only.

    >>> is_passing("www.paypal.com"), is_passing("pay.amazon.fr"), is_passing("www.amazon.fr")
    (True, True, False)
    """
    return not _known().isdisjoint(names_of(host))


@cache
def _known() -> frozenset[str]:
    text = Path(__file__).with_name("passing.json").read_text(encoding="utf-8")
    kinds: dict[str, dict[str, dict[str, list[str]]]] = json.loads(text)
    places = [place for each in kinds.values() for place in each.values()]
    return frozenset(host for each in places for host in each["hosts"])
