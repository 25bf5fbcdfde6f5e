"""How a call keeps what it answered to a survey, and what is told of it along with an answer. Pure.

These names have a colon where a document's have none: no flow's variable is ever one of them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from chalicelib.ivr.needs import SurveyMissing, SurveyRead
from chalicelib.kernel.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.ivr.needs import ReadSurvey
    from chalicelib.ivr.nodes import Value
    from chalicelib.ivr.questionnaire import Answer, Questionnaire

SURVEY_ID: Final = re.compile(r"srv_[A-Za-z0-9]{1,40}")
_ANSWER: Final = "survey:"

# What is known of whoever answers, and the variable of the call that has it: whom an agent spoke
# with before, and what a campaign says of the person that it rings.
ABOUT: Final[Mapping[str, str]] = {
    "agent": "queue.agent",
    "campaign": "campaign.id",
    "contact": "campaign.contact",
    "attempt": "campaign.attempt",
    "segment": "campaign.segment",
}


class Surveys(Protocol):
    """Surveys as a call needs them."""

    def survey(self, account_id: str, survey_id: str, version: int) -> Questionnaire:
        """Return a published version, the newest where it is 0. Raises NotFound, Unavailable."""


def read(need: ReadSurvey, account_id: str, surveys: Surveys | None) -> SurveyRead | SurveyMissing:
    """Return a survey of an account; a caller is never lost to there being none."""
    if surveys is None:
        return SurveyMissing("no surveys")
    try:
        found = surveys.survey(account_id, need.survey_id, need.version)
    except NotFound:
        return SurveyMissing("no such survey")
    except Unavailable:
        return SurveyMissing("ours")
    return SurveyRead(found, need.given)


def answer_name(key: str) -> str:
    """Return where the answer to a question is kept.

    >>> answer_name("nps")
    'survey:nps'
    """
    return _ANSWER + key


def answers_in(memory: Mapping[str, Value]) -> dict[str, Answer]:
    """Return the answers that a call has given so far.

    >>> answers_in({"survey:nps": 9, "survey:why": "", "order.number": "12"})
    {'nps': 9}
    """
    return {
        name.removeprefix(_ANSWER): value
        for name, value in memory.items()
        if name.startswith(_ANSWER) and value != ""
    }
