"""The URLs that a call to somebody comes back to. The carrier signs them, so they are believed.

All that a step needs stands in them, so that nobody waits for a table: nothing of the person's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import quote

from chalicelib.kernel.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Mapping

_COUNT: Final = re.compile(r"[1-9][0-9]{0,3}")
MOST_ROUNDS: Final = 30  # of ten seconds: whoever was rung does not wait longer than that


@dataclass(frozen=True, slots=True)
class Address:
    """One try at one asking: the form it is of, its queue, and how long they have waited."""

    base_url: str
    account_id: str
    asking_id: str
    n: int
    form_id: str
    queue: str
    since: int  # seconds since 1970: whoever is rung back has waited since they asked
    language: str = "fr"
    round: int = 1
    agent: str = ""

    def url(self, step: str) -> str:
        """Return where the call goes on. Its query is sorted, as the carrier's signature has it."""
        facts = {
            "agent": self.agent,
            "form": self.form_id,
            "language": self.language,
            "queue": self.queue,
            "round": str(self.round),
            "since": str(self.since),
            "step": step,
        }
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in facts.items())
        return f"{self._path}?{query}"

    def status(self) -> str:
        """Return where the end of the call is told."""
        return f"{self._path}/status?queue={quote(self.queue, safe='')}"

    def next_round(self) -> Address:
        """Return it after a while of waiting."""
        return replace(self, round=self.round + 1)

    def ringing(self, agent: str) -> Address:
        """Return it while an agent is rung."""
        return replace(self, agent=agent)

    @property
    def gives_up(self) -> bool:
        """Tell whether they have waited long enough."""
        return self.round >= MOST_ROUNDS

    @classmethod
    def of(
        cls, base_url: str, account_id: str, asking_id: str, n: str, query: Mapping[str, str]
    ) -> Self:
        """Read an address. Raises Rejected on what is none."""
        rounds, since = query.get("round", "1"), query.get("since", "0")
        counted = _COUNT.fullmatch(n) and _COUNT.fullmatch(rounds)
        if not counted or not (since.isascii() and since.isdigit() and len(since) <= 11):
            raise Rejected("not an address of an asking", asking_id=asking_id)
        return cls(
            base_url=base_url,
            account_id=account_id,
            asking_id=asking_id,
            n=int(n),
            form_id=query.get("form", ""),
            queue=query.get("queue", ""),
            since=int(since),
            language=query.get("language", "fr"),
            round=int(rounds),
            agent=query.get("agent", ""),
        )

    @property
    def _path(self) -> str:
        place = f"{self.account_id}/{self.asking_id}/{self.n}"
        return f"{self.base_url}/voice/asked/{place}"
