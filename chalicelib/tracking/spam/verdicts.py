"""What was found of a call: spam or not, by whom, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.tracking.spam.rules import Reason

RULE: Final = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A call that is spam, or was held to be. `by` is `rule`, or the key of who said so."""

    call_id: str
    account_id: str
    started_at: datetime
    at: datetime
    reasons: tuple[Reason, ...]
    by: str = RULE
    restored: bool = False

    @property
    def is_spam(self) -> bool:
        """Tell whether the call counts for nothing."""
        return not self.restored

    def restored_by(self, key_id: str, now: datetime) -> Verdict:
        """Return it as somebody says that the call was meant: no rule says otherwise again."""
        return replace(self, restored=True, by=key_id, at=now)
