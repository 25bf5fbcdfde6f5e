"""What a deployment asks of the product itself, once its code is up.

The commands of `infra` know AWS; who owns which number is the product's business. This is the
one module of `infra` that runs product code on the operator's machine, with the stage's settings.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol

from infra.stages import environment

if TYPE_CHECKING:
    from infra.session import Aws
    from infra.stages import Stage


class Product(Protocol):
    """The deployed product, as an operator's command sees it."""

    def point_numbers(self, base_url: str) -> int:
        """Send the webhooks of every number in use to this address. Return how many."""

    def found(self) -> str | None:
        """Make the operator's account and return its key, None if there is one already."""


def of(stage: Stage, aws: Aws, twilio_url: str | None = None) -> Product:
    """Return the product of a stage, reached with the operator's own credentials.

    `twilio_url` is another carrier than the stage's: a phone network.
    """
    carrier = {} if twilio_url is None else {"CADRAN_TWILIO_URL": twilio_url}
    os.environ.update(aws.environment | environment(stage.name) | carrier)
    return Rooms()


class Rooms:
    """The product's own use cases, run here on the stage's tables and carrier."""

    def point_numbers(self, base_url: str) -> int:
        """Point the numbers in use, as the directory has them."""
        from chalicelib.directory import numbers
        from chalicelib.directory.gateway import OurCarrier
        from chalicelib.runtime import wiring

        carrier = OurCarrier(wiring.gateway(), base_url)
        return sum(1 for _ in numbers.point_lines(wiring.directory(), carrier))

    def found(self) -> str | None:
        """Make the first account, an agency, and its key of every right."""
        import secrets

        from chalicelib.directory import issuing
        from chalicelib.runtime import wiring

        return issuing.found(
            "Operator",
            account_id=f"acct_{wiring.new_id()}",
            key_id=f"key_{wiring.new_id()}",
            secret=secrets.token_bytes(32),
            now=wiring.clock(),
            store=wiring.directory(),
        ).text
