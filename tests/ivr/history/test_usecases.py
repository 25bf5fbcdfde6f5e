"""An old version that is to answer again."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.directory.lines import Notice
from chalicelib.directory.ports import Attached
from chalicelib.ivr.flow import FlowRefused
from chalicelib.ivr.history.usecases import roll_back
from tests.fakes.ivr import FlowsInMemory
from tests.fakes.sounds import a_shelf
from tests.ivr.builders import AT_WORK, a_document, a_say, an_end

OLD = a_document(hello=a_say("Un."), end=an_end())
NEW = a_document(hello=a_say("Deux."), end=an_end())


class Surcharged:
    """A directory in which a surcharged line answers with every flow."""

    def lines_of_flow(self, account_id: str, flow_id: str) -> tuple[Attached, ...]:
        return (Attached("+33892000001", Notice.DEMANDED),)


def two_versions() -> FlowsInMemory:
    drafts = FlowsInMemory()
    first = drafts.create("acc_1", "flow_1", OLD, AT_WORK)
    drafts.publish(first.header, OLD, AT_WORK)
    again = drafts.replace(drafts.draft("acc_1", "flow_1").header, NEW, AT_WORK)
    drafts.publish(again.header, NEW, AT_WORK)
    return drafts


def rolled_back(drafts: FlowsInMemory, **shelf: Any) -> int:
    known = {name: port for name, port in a_shelf().items() if name != "rehearsals"}
    ports = {**known, **shelf}
    header = roll_back("acc_1", "flow_1", 1, revision=None, now=AT_WORK, drafts=drafts, **ports)
    return header.version


def test_what_answered_once_answers_again() -> None:
    drafts = two_versions()

    assert rolled_back(drafts) == 3
    assert rolled_back(drafts) == 3
    assert drafts.document("acc_1", "flow_1", 3).document == OLD


def test_a_version_that_keeps_a_line_s_price_from_callers_stays_where_it_is() -> None:
    drafts = two_versions()

    with pytest.raises(FlowRefused) as refused:
        rolled_back(drafts, lines=Surcharged())

    assert "+33892000001" in refused.value.faults[0].reason
    assert drafts.draft("acc_1", "flow_1").header.published_version == 2
