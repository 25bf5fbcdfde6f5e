"""A house in which every recipe is published and has a number, and a telephone to ring them."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest

from chalicelib.ivr.lookups import LookupFailed
from chalicelib.ivr.needs import Fetched
from chalicelib.kernel.internet import Trouble
from chalicelib.runtime import desk_wiring, wiring
from tests.clouds import a_cloud
from tests.cookbook import recipes
from tests.cookbook.casting import SOME_DAY
from tests.cookbook.desk import DeskByHeart
from tests.cookbook.telephone import Telephone, Time
from tests.house.shops import Shop, open_shop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.ivr.needs import FetchFailed
    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.trials.scripts import Script
    from local.phone.stories import Story
    from tests.cookbook.casting import Cast

ANONYMOUS: Final = "anonymous"


@dataclass(slots=True)
class ScriptedServers:
    """Customers' own systems, which answer what the test says."""

    answers: list[Fetched | FetchFailed] = field(default_factory=list)

    def fetch(self, *_: object) -> Mapping[str, Value]:
        """Answer the next thing."""
        answer = self.answers.pop(0)
        if isinstance(answer, Fetched):
            return answer.values
        raise LookupFailed(Trouble(answer.reason))


@dataclass(slots=True)
class House:
    """The house, who is rung, and what was asked of the customers' systems."""

    shop: Shop
    time: Time
    servers: ScriptedServers
    desk: DeskByHeart

    def rings(self, name: str, script: Script, parts: Cast) -> Story:
        """Ring a recipe's number as one of its tests says."""
        self.servers.answers = [*parts.looked_up]
        self.desk.learn(parts.desk_says)
        telephone = Telephone(self.time, parts.others)
        caller = script.caller or ANONYMOUS
        with self.known(caller, script):
            return telephone.ring(
                recipes.NUMBERS[name], caller, parts.caller, script.at or SOME_DAY
            )

    @contextmanager
    def known(self, caller: str, script: Script) -> Iterator[None]:
        """Write down in the caller book what a test says of the caller, for one call."""
        told = {
            name.removeprefix("caller."): value
            for name, value in script.facts.items()
            if name.startswith("caller.")
        }
        entry = {"number": caller, **told}
        kept = self.shop.makes("/v1/callers", entry, method="PUT") if told else None
        yield
        if kept is not None:
            self.shop.ask("DELETE", f"/v1/callers/{kept['id']}")


@contextmanager
def a_house() -> Iterator[House]:
    """Open the house for many calls: none changes what another finds."""
    with a_cloud() as cloud, pytest.MonkeyPatch.context() as patch:
        servers, desk, time = ScriptedServers(), DeskByHeart(), Time(SOME_DAY)
        patch.setattr(wiring, "lookups", lambda: servers)
        patch.setattr(desk_wiring, "desk", lambda: desk)
        house = House(open_shop(cloud, patch), time, servers, desk)
        patch.setattr(wiring, "clock", time)
        publish(house)
        yield house


def publish(house: House) -> None:
    """Publish every recipe, and give each a number."""
    ids: dict[str, str] = {}
    for name in recipes.IN_ORDER:
        text = recipes.referring(recipes.written(name), ids)
        headers = {"content_type": "application/yaml"}
        made = house.shop.ask("POST", "/v1/flows", text, **headers)
        assert (made.status, made.json["faults"]) == (201, [])
        ids[name] = made.json["id"]
        house.shop.makes(f"/v1/flows/{ids[name]}/publish")
        house.shop.makes("/v1/numbers", {**recipes.number_of(name), "flow_id": ids[name]})
