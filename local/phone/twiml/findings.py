"""One thing wrong with a document."""

from __future__ import annotations

from dataclasses import dataclass

from local.phone import rules


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a document."""

    code: int
    detail: str
    callback: bool = False  # about a callback's address: the call itself can go on

    @property
    def stops(self) -> bool:
        """Tell whether Twilio gives up when it gets to the element."""
        return rules.level(self.code) == "ERROR" and not self.callback
