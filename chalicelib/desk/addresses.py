"""The URLs that a callback's call comes back to. The carrier signs them, so they are believed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from chalicelib.kernel.errors import Rejected

_OFFER: Final = re.compile(r"[1-9][0-9]{0,8}")
ANSWER: Final = "answer"  # the agent picked up
CHOICE: Final = "choice"  # they heard whom it is about
END: Final = "end"  # the person was dialled


@dataclass(frozen=True, slots=True)
class Address:
    """One offer of one callback."""

    base_url: str
    account_id: str
    callback_id: str
    offer: int

    def url(self, step: str = ANSWER) -> str:
        """Return where the agent's call goes on."""
        return f"{self._path}?step={step}"

    def status(self) -> str:
        """Return where the end of the agent's call is told."""
        return f"{self._path}/status"

    @classmethod
    def of(cls, base_url: str, account_id: str, callback_id: str, offer: str) -> Self:
        """Read an address. Raises Rejected on what is none."""
        if not _OFFER.fullmatch(offer):
            raise Rejected("not an address of a callback", callback_id=callback_id)
        return cls(base_url, account_id, callback_id, int(offer))

    @property
    def _path(self) -> str:
        place = f"{self.account_id}/{self.callback_id}/{self.offer}"
        return f"{self.base_url}/voice/callbacks/{place}"
