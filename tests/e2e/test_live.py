"""A call is told on a WebSocket while it rings: deployed functions, a real socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local import seed
from local.phone.handsets import Handset
from local.watching import Watching
from tests.machines import PATIENCE_SECONDS, a_caller

if TYPE_CHECKING:
    from tests.machines import Machine

RATE = 0.2  # time goes by slowly on the telephone: a menu would not wait for a busy machine


def test_who_watches_is_told_of_a_call_and_of_its_end(machine: Machine) -> None:
    shop, caller = machine.world.shop, a_caller()

    with machine.by_hand(rate=RATE) as network, Watching(shop) as watching:
        sid = network.dial(to=seed.SHOP, from_=caller, script=Handset(by_hand=True))
        rang = watching.wait_for("call.ringing", sid, PATIENCE_SECONDS).message["data"]
        network.call(lambda: network.network.exchange.legs[sid].phone.hang_up())
        ended = watching.wait_for("call.ended", sid, PATIENCE_SECONDS).message["data"]
        network.finished(sid)

    assert (rang["caller"], rang["source"]["name"]) == (caller, "Affiche métro")
    assert (rang["journey"]["role"], rang["journey"]["confidence"]) == ("static", 1.0)
    assert (ended["state"], ended["outcome"]) == ("ended", "abandoned")
    assert shop.get("/v1/live/calls")["items"] == []
