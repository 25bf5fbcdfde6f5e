"""A call is told on a WebSocket while it rings: deployed functions, a real socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local import seed
from local.phone.handsets import Handset
from local.watching import Watching
from tests.machines import a_caller

if TYPE_CHECKING:
    from tests.machines import Machine

LONG_ENOUGH = 12  # seconds: a function that begins slowly is to find the call going on


def test_who_watches_is_told_of_a_call_and_of_its_end(machine: Machine) -> None:
    shop, caller = machine.world.shop, a_caller()

    with machine.by_hand() as network, Watching(shop) as watching:
        script = Handset(hangs_up_after=LONG_ENOUGH)
        story = network.ring(to=seed.SHOP, from_=caller, script=script)
        rang = watching.wait_for("call.ringing", story.call.sid).message["data"]
        ended = watching.wait_for("call.ended", story.call.sid).message["data"]

    assert (rang["caller"], rang["source"]["name"]) == (caller, "Affiche métro")
    assert (rang["journey"]["role"], rang["journey"]["confidence"]) == ("static", 1.0)
    assert (ended["state"], ended["outcome"]) == ("ended", "abandoned")
    assert shop.get("/v1/live/calls")["items"] == []
