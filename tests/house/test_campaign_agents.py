"""Agents take a campaign's calls: through the API, the handlers, the carrier and its webhooks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from app import campaigns_tick, place_campaign_calls
from chalicelib.campaigns.dialling.seats import Doing
from chalicelib.runtime import crewing_wiring
from local.phone.handsets import Handset
from tests.gateway import Context
from tests.house.test_campaigns import PICKS_UP, a_street
from tests.world import messages_of, schedule_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.house.test_campaigns import Street

NADIA, OMAR, LEA = "+33162010090", "+33162010091", "+33162010092"
TALKS, ALONE, STOPS = "+33612345611", "+33612345613", "+33612345614"
SEEN, LATER = "+33612345615", "+33612345616"
ON_DUTY: Final = Handset(answers_after=2, presses={"tapez 1": "1"})
HANDSETS: Final = {
    NADIA: ON_DUTY,
    OMAR: ON_DUTY,
    LEA: ON_DUTY,
    SEEN: PICKS_UP,
    TALKS: PICKS_UP,
    ALONE: Handset(answers_after=4),
    STOPS: Handset(answers_after=4, presses={"tapez 9": "9"}),
}
BY_AGENTS: Final[dict[str, Any]] = {"mode": "progressive", "flow": None, "queue": "ventes"}


@pytest.fixture(scope="module")
def street() -> Iterator[Street]:
    with a_street() as street:
        for number, handset in HANDSETS.items():
            street.network.handset(number, handset)
        street.shop.makes("/v1/queues", {"name": "ventes"})
        yield street


def until(true: Callable[[], bool]) -> None:
    """Wait for something that webhooks bring about."""
    for _ in range(2000):
        if true():
            return
        time.sleep(0.005)
    raise AssertionError("it does not come about")


def an_agent(street: Street, name: str, number: str) -> str:
    return str(street.shop.makes("/v1/agents", {"name": name, "number": number})["id"])


def seats(street: Street, campaign: str) -> dict[str, Any]:
    heard = street.shop.gets(f"/v1/campaigns/{campaign}/agents")
    return {each["name"]: each for each in heard["items"]}


def comes(street: Street, campaign: str, agent: str, name: str) -> None:
    """Have an agent be on duty, and wait until they are on the line."""
    street.shop.makes(f"/v1/campaigns/{campaign}/agents/{agent}", method="PUT")
    until(lambda: seats(street, campaign)[name]["state"] == "idle")


def goes(street: Street, campaign: str, agent: str) -> None:
    heard = street.shop.ask("DELETE", f"/v1/campaigns/{campaign}/agents/{agent}")
    assert heard.status == 204, heard.text
    street.settles()


def test_an_agent_talks_with_whoever_answers_and_sees_who_it_is(street: Street) -> None:
    nadia = an_agent(street, "Nadia", NADIA)
    campaign = street.campaign(TALKS, **BY_AGENTS)
    comes(street, campaign, nadia, "Nadia")

    street.ticks()
    kept = seats(street, campaign)["Nadia"]
    until(lambda: street.outcomes(campaign) != {})

    assert kept["state"] in ("reserved", "talking", "idle")
    assert street.outcomes(campaign) == {TALKS: "answered"}
    (story,) = [street.network.story(each.sid) for each in street.calls(TALKS)]
    assert [each.text for each in story.transcript if each.what == "talks with"] == [NADIA]
    until(lambda: seats(street, campaign)["Nadia"]["state"] == "idle")
    goes(street, campaign, nadia)
    assert seats(street, campaign) == {}


def test_who_answers_and_finds_nobody_hears_who_rang_and_may_refuse(street: Street) -> None:
    omar = an_agent(street, "Omar", OMAR)
    campaign = street.campaign(ALONE, **BY_AGENTS)
    comes(street, campaign, omar, "Omar")

    _rings_and_loses(street, campaign, "Omar")
    until(lambda: street.outcomes(campaign) != {})

    assert street.outcomes(campaign) == {ALONE: "abandoned"}
    heard = " ".join(street.heard_by(ALONE))
    assert "Boulangerie SARL cherchait à vous joindre" in heard
    assert "01 62 01 00 01" in heard
    progress = street.shop.gets(f"/v1/campaigns/{campaign}/progress")
    assert progress["outcomes"] == {"abandoned": 1}
    assert progress["remaining"] == 1

    second = street.campaign(STOPS, **BY_AGENTS)
    street.settles()
    street.shop.clock.passes(minutes=6)  # whoever lent the agent died with the seat
    comes(street, second, omar, "Omar")
    _rings_and_loses(street, second, "Omar")
    until(lambda: street.outcomes(second) == {STOPS: "refused"})
    until(lambda: "nous ne vous appellerons plus" in " ".join(street.heard_by(STOPS)))
    street.settles()


def test_an_agent_sees_whom_they_have_rung_and_passes_others_by(street: Street) -> None:
    lea = an_agent(street, "Léa", LEA)
    campaign = street.campaign(SEEN, LATER, **{**BY_AGENTS, "mode": "preview"})
    comes(street, campaign, lea, "Léa")
    agents = f"/v1/campaigns/{campaign}/agents/{lea}"

    first = street.shop.makes(f"{agents}/preview")["contact"]
    while first["number"] == LATER:
        street.shop.makes(f"{agents}/skip", {})
        first = street.shop.makes(f"{agents}/preview")["contact"]
    street.shop.makes(f"{agents}/ring")
    street.ticks()
    until(lambda: street.outcomes(campaign) != {})

    assert (first["number"], first["before"]) == (SEEN, [])
    assert street.outcomes(campaign) == {SEEN: "answered"}
    assert street.calls(LATER) == []
    again = street.shop.ask("POST", f"{agents}/ring")
    assert (again.status, again.json["code"]) == (409, "nobody-shown")
    until(lambda: seats(street, campaign)["Léa"]["state"] == "idle")
    goes(street, campaign, lea)


def _rings_and_loses(street: Street, campaign: str, name: str) -> None:
    """Have the agent whom somebody is rung for be gone before anybody answers."""
    street.wire.open.clear()
    try:
        campaigns_tick(schedule_at(street.shop.clock.now.isoformat()), Context())
        while messages := street.shop.taken("campaign-calls"):
            for each in messages:
                place_campaign_calls(messages_of([each]), Context())
        agent_id = seats(street, campaign)[name]["agent_id"]
        seat = crewing_wiring.seats().seat(campaign, agent_id)
        assert seat.doing is Doing.RESERVED
        crewing_wiring.seats().drop(seat)
    finally:
        street.wire.open.set()
