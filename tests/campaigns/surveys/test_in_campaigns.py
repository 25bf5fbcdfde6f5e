"""A survey asked of whomever a campaign rings: its answers say of which campaign, and of whom."""

from __future__ import annotations

from chalicelib.ivr.errands.errands import TellSurvey
from chalicelib.ivr.outgoing import Outgoing, answer
from tests.gateway import BASE_URL
from tests.house.shops import NOON
from tests.house.walks import ACCOUNT, CALL, OURS, a_quiet_house
from tests.ivr.builders import a_context, a_document, an_end

ASK = {"kind": "survey", "survey": "srv_1", "next": "end"}


def test_answers_of_a_campaign_s_call_say_of_which_campaign_and_of_whom() -> None:
    call = Outgoing(
        account_id=ACCOUNT,
        campaign_id="camp_1",
        attempt_id="hash-of-somebody-2",
        flow_id="flow_1",
        version=1,
    )

    with a_quiet_house(a_document(ask=ASK, end=an_end())) as house:
        context = a_context(now=NOON, call_id=CALL, dialled=OURS)
        answer(call, context, BASE_URL, house.ports())

    (told,) = house.errands
    assert isinstance(told, TellSurvey)
    about = {name: told.facts[name] for name in ("what", "campaign", "attempt", "contact")}
    assert about == {
        "what": "begun",
        "campaign": "camp_1",
        "attempt": "hash-of-somebody-2",
        "contact": "hash-of-somebody",
    }
