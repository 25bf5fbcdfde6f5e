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


def of(stage: Stage, aws: Aws) -> Product:
    """Return the product of a stage, reached with the operator's own credentials."""
    os.environ.update(aws.environment | environment(stage.name))
    return NotWired()


class NotWired:
    """Stands in until the rooms have these use cases."""

    def point_numbers(self, base_url: str) -> int:
        """Point nothing."""
        return 0

    def found(self) -> str | None:
        """Found nothing."""
        return None
