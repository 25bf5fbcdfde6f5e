"""A client's survey, published and answered twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chalicelib.ivr.errands.errands import TellSurvey
from chalicelib.runtime import surveys_wiring

if TYPE_CHECKING:
    from tests.world import Client

NOVEMBER = datetime(2026, 11, 22, 12, tzinfo=UTC)


def survey_of(name: str) -> dict[str, Any]:
    """Return a survey of two questions, one of them free."""
    questions = [
        {"key": "nps", "kind": "nps", "text": f"De 0 à 10, recommanderiez-vous {name} ?"},
        {"key": "why", "kind": "speech", "text": "Pourquoi ?"},
    ]
    return {"name": f"Enquête {name}", "questions": questions}


def a_surveyed(client: Client) -> str:
    """Make two surveys, and have two callers answer the second; return its id."""
    for _ in range(2):
        made = client.made("/v1/surveys", {"document": survey_of(client.name)})
    survey_id: str = made["id"]
    client.made(f"/v1/surveys/{survey_id}/publish")
    for at in range(2):
        call_id = f"CA{client.name:v>31}{at}"
        for place, (question, answer) in enumerate((("nps", "9"), ("why", f"RE{at:032}"))):
            facts = {
                "what": "answer",
                "at": NOVEMBER.isoformat(),
                "question": question,
                "answer": answer,
                "agent": f"agt_{client.name}",
            }
            told = TellSurvey(
                id=f"{call_id}:{place}",
                account_id=client.account_id,
                call_id=call_id,
                node="ask",
                survey_id=survey_id,
                version=1,
                facts=facts,
            )
            surveys_wiring.take_told(told)
    return survey_id
