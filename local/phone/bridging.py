"""Two legs that talk: what one says or keys, the other hears, until either goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.phone.legs import Key

if TYPE_CHECKING:
    import asyncio

    from local.phone.legs import Input, Leg


async def talk(
    leg: Leg,
    other: Leg,
    over: asyncio.Future[None],
    *,
    limit: float | None = None,
    star_ends: bool = False,
) -> None:
    """Carry one side's words to the other; each side runs this with the same `over`.

    Returns once the other side left, the limit is reached, or `*` was pressed where that ends the
    call; whatever interrupts this side is raised. Either way `over` is done afterwards.
    """
    clock = leg.exchange.clock
    ends = clock.seconds() + limit if limit is not None else None
    try:
        while not over.done():
            left = None if ends is None else ends - clock.seconds()
            if left is not None and left <= 0:
                return
            item = await leg.next_input(left, or_when=over)
            if over.done() or (star_ends and item == Key("*")):
                return
            _carry(item, other)
    finally:
        if not over.done():
            over.set_result(None)


def _carry(item: Input | None, other: Leg) -> None:
    if item is None or other.call.over:
        return
    if isinstance(item, Key):
        other.phone.hear("tone", item.key)
    else:
        other.phone.hear("heard", item.text or "(noise)", item.seconds)
