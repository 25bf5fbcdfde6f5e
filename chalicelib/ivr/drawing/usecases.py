"""What is drawn of a flow: its draft with all that is wrong with it, or a version."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.ivr.drawing.picture import Notes, picture
from chalicelib.ivr.flow import sketch
from chalicelib.ivr.trials.usecases import judged
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from chalicelib.ivr.drawing.picture import Picture
    from chalicelib.ivr.ports import Drafts
    from chalicelib.ivr.surroundings import Surroundings
    from chalicelib.ivr.trials.rehearsing import Report, Verdict
    from chalicelib.ivr.trials.usecases import Rehearsals


def draw(
    account_id: str,
    flow_id: str,
    version: int | None,
    test: int | None,
    *,
    drafts: Drafts,
    rehearsals: Rehearsals,
    around: Surroundings,
) -> Picture:
    """Return the picture of a draft, or of a version, with the path of one of its tests.

    What is wrong by today's rules is shown of a draft alone. Raises NotFound, and Rejected where
    there is no such test, or faults keep it from being tried.
    """
    draft = drafts.draft(account_id, flow_id)
    document = draft.document
    if version is not None:
        document = drafts.document(account_id, flow_id, version).document
    told = judged(account_id, flow_id, document, rehearsals, around)
    faults = told.faults if version is None else ()
    notes = Notes(faults=faults, untaken=_untaken(told.report))
    if test is not None:
        verdict = _verdict(told.report, test)
        notes = replace(notes, path=_path(verdict), test=verdict.script.name)
    return picture(document, sketch(document), notes)


def _untaken(report: Report | None) -> frozenset[tuple[str, str]]:
    """Return the exits that no test takes: without any test, nothing is told of them."""
    return frozenset(report.untaken) if report and report.verdicts else frozenset()


def _verdict(report: Report | None, test: int) -> Verdict:
    if report is None:
        raise _no_test("the tests cannot be tried: the document has faults")
    if test >= len(report.verdicts):
        raise _no_test(f"there are {len(report.verdicts)} tests, counted from 0")
    return report.verdicts[test]


def _path(verdict: Verdict) -> frozenset[tuple[str, str | None]]:
    answers = verdict.transcript.answers
    return frozenset((p.node, p.exit) for each in answers if each.own for p in each.reply.path)


def _no_test(reason: str) -> Rejected:
    return Rejected("no such test", faults=(Fault("/test", reason),))
