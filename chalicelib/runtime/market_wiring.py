"""Where pools buy numbers: the carrier's shop, and the directory that knows whose they are then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.directory.gateway import OurCarrier
from chalicelib.directory.numbers import NumberOrder, add_number, line_of
from chalicelib.kernel.errors import NotFound
from chalicelib.kernel.principal import Principal
from chalicelib.runtime import secrets, wiring

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chalicelib.directory.lines import Line

PAGE: Final = 50  # what the carrier shows at once
DIGITS: Final = 11  # of a French number, with its country


class CarrierMarket:
    """The `Market` port of pools over the carrier. It is asked for nothing until a pool grows."""

    def on_sale(self, kind: str, begins: str) -> Sequence[str]:
        """Return numbers that begin like this, by the carrier's list of a kind."""
        digits = begins.lstrip("+")
        whole = digits + "*" * (DIGITS - len(digits))  # nothing but a beginning fits it
        found = wiring.gateway().search(kind, whole, PAGE)
        return [each.number for each in found if each.voice and each.number.startswith(begins)]

    def buy(self, number: str, like: Line) -> None:
        """Add a number to the account as its owner would, unless it is in service already."""
        account_id, store = like.account_id, wiring.directory()
        try:
            if line_of(account_id, number, store).in_service:
                return
        except NotFound:
            pass
        add_number(
            NumberOrder(
                number=number, flow_id=like.flow_id, fallback=like.fallback, label=like.label
            ),
            principal=Principal(account_id, account_id, "", frozenset()),
            now=wiring.clock(),
            store=store,
            carrier=OurCarrier(wiring.gateway(), secrets.api_url()),
            check_flow=wiring.check_flow,
        )
