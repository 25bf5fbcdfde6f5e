"""A survey by text messages, through the deployed package, answered by a handset."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from local import seed
from tests.machines import wait_for

if TYPE_CHECKING:
    from tests.machines import Machine

pytestmark = pytest.mark.slow

MOBILE = "+33612349872"
PROFESSIONAL = {"siren": "999000201", "name": "Boutique Dupont"}
SURVEY: dict[str, Any] = {
    "name": "Après la livraison",
    "questions": [
        {"key": "nps", "kind": "nps", "text": "De 0 à 10, nous recommanderiez-vous ?"},
        {"key": "care", "kind": "csat", "text": "De 1 à 5, êtes-vous satisfait ?"},
    ],
    "thanks": "Merci, à bientôt.",
}


def test_a_survey_by_text_is_asked_answered_and_counted(machine: Machine) -> None:
    shop, network = machine.world.shop, machine.network
    survey = shop.post("/v1/surveys", {"document": SURVEY})["id"]
    shop.post(f"/v1/surveys/{survey}/publish")

    def written() -> list[str]:
        return [each.body for each in network.messages if each.to == MOBILE]

    def answers(words: str, *, next_text: str) -> None:
        network.text(to=seed.SHOP, from_=MOBILE, body=words)
        wait_for(lambda: next_text in written()[-1], f"the answer to {words!r}")

    order = {"number": MOBILE, "from": seed.SHOP, "professional": PROFESSIONAL, "segment": "Lyon"}
    shop.post(f"/v1/surveys/{survey}/messages", order)
    wait_for(lambda: bool(written()), "the first question")
    answers("neuf", next_text="satisfait")
    answers("4", next_text="Merci")

    (kept,) = shop.get(f"/v1/surveys/{survey}/responses")["items"]
    assert (kept["channel"], kept["answers"]) == ("sms", {"nps": 9, "care": 4})
    begun = datetime.fromisoformat(kept["begun_at"]).date()
    days = {"from": str(begun), "to": str(begun + timedelta(days=1))}  # it is tomorrow in Paris
    told = shop.get(f"/v1/surveys/{survey}/results", **days)
    assert [each["key"] for each in told["total"]["questions"]] == ["nps", "care"]
    assert told["total"]["questions"][0]["nps"]["score"] == 100
    assert len(written()) == 3
