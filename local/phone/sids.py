"""Identifiers and dice of the network, from one seed so that a run can be repeated."""

from __future__ import annotations

import random
import re
import uuid

SID = re.compile(r"^[A-Z]{2}[0-9a-f]{32}$")


class Dice:
    """Make Twilio-shaped identifiers and take random choices."""

    def __init__(self, seed: int | None = None) -> None:
        self.random = random.Random(seed)

    def sid(self, prefix: str) -> str:
        """Make an identifier such as `CA` and 32 hexadecimal digits."""
        return f"{prefix}{self.random.getrandbits(128):032x}"

    def token(self) -> str:
        """Make the unique token that tells a webhook from its repetitions."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))


def account_sid(name: str = "local") -> str:
    """Make an account's identifier that stays the same from run to run.

    >>> account_sid()
    'AC6c6f63616c0000000000000000000000'
    """
    return f"AC{name.encode().hex()[:32]:0<32}"
