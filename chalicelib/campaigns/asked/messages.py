"""What is left on the queue of callbacks about askings. Pure."""

from __future__ import annotations

from typing import Any, Final

KIND: Final = "asked"  # keep it: messages wait


def message(account_id: str, asking_id: str, about: str = "look", n: int = 0) -> dict[str, Any]:
    """Write what is to be seen to: a look, or what happened in the `n`-th call."""
    return {
        "kind": KIND,
        "account_id": account_id,
        "asking_id": asking_id,
        "about": about,
        "n": n,
    }
