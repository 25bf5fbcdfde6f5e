"""A house in which every recipe is published and has a number, and a telephone to ring them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pytest

from chalicelib.ivr.lookups import LookupFailed
from chalicelib.ivr.needs import Fetched
from chalicelib.kernel.internet import Trouble
from chalicelib.runtime import wiring
from tests.clouds import a_cloud
from tests.cookbook import recipes
from tests.cookbook.casting import SOME_DAY
from tests.cookbook.telephone import Telephone, Time
from tests.house.shops import SPARE, Shop, open_shop

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from chalicelib.ivr.needs import FetchFailed
    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.trials.scripts import Script
    from local.phone.stories import Story
    from tests.cookbook.casting import Cast

ANONYMOUS: Final = "anonymous"
# Others' flows come first: a flow that transfers to one needs its id.
_ORDER: Final = sorted(recipes.DOCUMENTS, key=lambda name: name not in recipes.OTHERS.values())


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
    numbers: dict[str, str] = field(default_factory=dict)

    def rings(self, name: str, script: Script, parts: Cast) -> Story:
        """Ring a recipe's number as one of its tests says."""
        self.servers.answers = [*parts.looked_up]
        telephone = Telephone(self.time, parts.others)
        caller = script.caller or ANONYMOUS
        return telephone.ring(self.numbers[name], caller, parts.caller, script.at or SOME_DAY)


@contextmanager
def a_house() -> Iterator[House]:
    """Open the house for many calls: none changes what another finds."""
    with a_cloud() as cloud, pytest.MonkeyPatch.context() as patch:
        servers, time = ScriptedServers(), Time(SOME_DAY)
        patch.setattr(wiring, "lookups", lambda: servers)
        house = House(open_shop(cloud, patch), time, servers)
        patch.setattr(wiring, "clock", time)
        publish(house)
        yield house


def publish(house: House) -> None:
    """Publish every recipe, and give each a number."""
    ids: dict[str, str] = {}
    for at, name in enumerate(_ORDER):
        document = referring(recipes.document(name), ids)
        flow = house.shop.makes("/v1/flows", {"document": document})
        house.shop.makes(f"/v1/flows/{flow['id']}/publish")
        ids[name] = flow["id"]
        house.numbers[name] = f"+331990045{at:02}"
        body = {"number": house.numbers[name], "flow_id": flow["id"], "fallback": SPARE}
        house.shop.makes("/v1/numbers", body)


def referring(document: dict[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """Return a document that names other flows by the ids that they really have."""
    text = json.dumps(document)
    for named, other in recipes.OTHERS.items():
        text = text.replace(named, ids.get(other, named))
    changed: dict[str, Any] = json.loads(text)
    return changed
