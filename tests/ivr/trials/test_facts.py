"""Scripts say what would be looked up of a call: who calls, and from which campaign."""

from __future__ import annotations

import pytest

from chalicelib.ivr.flow import parse
from chalicelib.ivr.trials.rehearsing import rehearse
from chalicelib.ivr.trials.writing import read_script
from chalicelib.ivr.usecases import AccountFlows, Standing
from chalicelib.kernel.errors import Rejected
from tests.fakes import FlowsInMemory

DOCUMENT = {
    "name": "VIP",
    "start": "who",
    "nodes": {
        "who": {
            "kind": "branch",
            "rules": [{"when": {"caller.vip": True}, "next": "vip"}],
            "otherwise": "box",
        },
        "vip": {"kind": "say", "text": "Bonjour {{caller.first_name}}.", "next": "box"},
        "box": {"kind": "voicemail"},
    },
    "tests": [
        {
            "name": "Jeanne",
            "facts": {"caller.vip": True, "caller.first_name": "Jeanne"},
            "steps": [{"hears": "Bonjour Jeanne"}, {"hang_up": True}],
        },
        {"name": "Un inconnu", "steps": [{"goes": "box"}, {"hang_up": True}]},
    ],
}


def test_a_test_says_who_calls() -> None:
    world = AccountFlows("acct_1", FlowsInMemory())

    report = rehearse(Standing("flow_1", 0, parse(DOCUMENT)), world, lambda: 0)

    assert [each.faults for each in report.verdicts] == [(), ()]


def test_only_what_is_looked_up_can_be_told() -> None:
    with pytest.raises(Rejected) as refused:
        read_script({"facts": {"order.number": 3}})

    assert [each.pointer for each in refused.value.faults] == ["/facts/order.number"]
