"""What owners of flows try before anybody calls: a script, or all the tests of a document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.ivr.flow import judge, parse
from chalicelib.ivr.trials import judging
from chalicelib.ivr.trials.rehearsing import Report, rehearse
from chalicelib.ivr.trials.simulation import coverage, simulate
from chalicelib.ivr.usecases import AccountFlows, Standing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.ports import Drafts
    from chalicelib.ivr.published import Document
    from chalicelib.ivr.surroundings import Surroundings
    from chalicelib.ivr.surveying import Surveys
    from chalicelib.ivr.trials.scripts import Script
    from chalicelib.ivr.trials.simulation import Transcript
    from chalicelib.ivr.usecases import Flows
    from chalicelib.kernel.errors import Fault


@dataclass(frozen=True, slots=True)
class Rehearsals:
    """Where calls are tried: among the account's own flows, by a clock that tells nanoseconds.

    No customer's system is asked, and no contact centre.
    """

    flows: Flows
    clock: Callable[[], int]
    surveys: Surveys | None = None

    def report(self, account_id: str, flow_id: str, flow: Flow) -> Report:
        """Try all the tests of a document that is not published yet."""
        world = AccountFlows(account_id, self.flows, surveys=self.surveys)
        return rehearse(Standing(flow_id, 0, flow), world, self.clock)

    def attempt(self, account_id: str, opened: Standing, script: Script, now: datetime) -> Attempt:
        """Try one script in a version of a flow."""
        world = AccountFlows(account_id, self.flows, surveys=self.surveys)
        transcript = simulate(opened, script, world, self.clock, now)
        untaken = coverage(opened.flow, [transcript])
        return Attempt(transcript, judging.judge(script, transcript), untaken)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a script, where that is not what it expects, and the exits it did not take."""

    transcript: Transcript
    faults: tuple[Fault, ...]
    untaken: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """All that keeps a document from being published, and what came of its tests.

    Without a `report` they could not be tried: the document itself has faults.
    """

    faults: tuple[Fault, ...]
    report: Report | None = None


def judged(
    account_id: str,
    flow_id: str,
    document: Document,
    rehearsals: Rehearsals,
    around: Surroundings,
) -> Judged:
    """Judge a document as publishing would."""
    flow, faults = judge(document)
    found = around.faults(account_id, flow_id, flow)
    if faults:
        return Judged((*faults, *found))
    report = rehearsals.report(account_id, flow_id, flow)
    return Judged((*found, *report.faults), report)


def rehearsed(account_id: str, flow_id: str, drafts: Drafts, rehearsals: Rehearsals) -> Report:
    """Try all the tests of a flow's draft. Raises FlowRefused where it has other faults."""
    draft = drafts.draft(account_id, flow_id)
    return rehearsals.report(account_id, flow_id, parse(draft.document))


def tried(
    account_id: str, flow_id: str, version: int | None, *, drafts: Drafts, flows: Flows
) -> Standing:
    """Return a flow to try, its draft (version 0) or a version. Raises FlowRefused, NotFound."""
    draft = drafts.draft(account_id, flow_id)  # another account's flow is not found
    if version is None:
        return Standing(flow_id, 0, parse(draft.document))
    return Standing(flow_id, version, flows.version(flow_id, version))
