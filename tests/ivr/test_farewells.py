"""Calls that would be cut off without a word."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.ivr.flow import judge, restore
from tests.ivr.builders import SALES, a_dial, a_document, a_menu, a_say, a_voicemail, some_hours

NO = {"kind": "reject"}
ON_DUTY = {"number": SALES, "calendar": {"weekly": {"monday": [["09:00", "18:00"]]}}}


def told(**nodes: dict[str, Any]) -> list[str]:
    return [each.pointer for each in judge(a_document(**nodes, no=NO))[1]]


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param({"say": a_say(next="no")}, id="a welcome"),
        pytest.param(
            {"menu": a_menu(choices={"1": "no", "2": "box"}), "box": a_voicemail()}, id="a menu"
        ),
        pytest.param({"dial": a_dial(no_answer="no")}, id="a call that nobody took"),
        pytest.param({"record": {"kind": "record", "on": True, "next": "no"}}, id="a notice"),
        pytest.param(
            {"say": a_say(next="hours"), "hours": some_hours(open="no", closed="no")},
            id="hours after a welcome",
        ),
    ],
)
def test_a_call_that_was_answered_is_not_refused(nodes: dict[str, Any]) -> None:
    assert told(**nodes) == ["/nodes/no"]
    assert restore(a_document(**nodes, no=NO)).nodes


@pytest.mark.parametrize(
    "nodes",
    [
        pytest.param({"hours": some_hours(open="no", closed="no")}, id="by hours"),
        pytest.param({"tag": {"kind": "tag", "tag": "late", "next": "no"}}, id="after a label"),
        pytest.param(
            {
                "dial": {
                    "kind": "dial",
                    "destinations": [ON_DUTY],
                    "failed": "no",
                    "no_answer": "box",
                },
                "box": a_voicemail(),
            },
            id="with nobody on duty to be rung",
        ),
        pytest.param(
            {
                "queue": {
                    "kind": "queue",
                    "queue": "support",
                    "overflow_seconds": 60,
                    "overflow": "box",
                    "no_agents": "no",
                },
                "box": a_voicemail(),
            },
            id="with no agent there",
        ),
        pytest.param({"quiet": {"kind": "record", "on": False, "next": "no"}}, id="no recording"),
    ],
)
def test_a_call_that_still_rings_may_be_refused(nodes: dict[str, Any]) -> None:
    assert told(**nodes) == []
