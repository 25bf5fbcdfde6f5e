"""What the HTTP API says about flows. Imported at the first request of a flow, never at start."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import Field, GetJsonSchemaHandler, JsonValue, PrivateAttr, field_validator

from chalicelib.ivr import documents
from chalicelib.ivr.places import Written
from chalicelib.ivr.trials import observing
from chalicelib.ivr.trials.writing import SCRIPT, read_script
from chalicelib.runtime.schema import Body, Out, Query

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

    from chalicelib.ivr import published
    from chalicelib.ivr.actions import Passed
    from chalicelib.ivr.trials.rehearsing import Report, Verdict
    from chalicelib.ivr.trials.scripts import Script
    from chalicelib.ivr.trials.simulation import Answered, Transcript
    from chalicelib.ivr.trials.usecases import Attempt, Judged
    from chalicelib.kernel import errors


class FlowIn(Body):
    """A flow's draft. It may have faults: only publishing demands that it has none."""

    document: dict[str, JsonValue] = Field(description="The flow document; see docs/flows.md.")
    _written: Written | None = PrivateAttr(None)

    @field_validator("document")
    @classmethod
    def _is_json(cls, document: dict[str, JsonValue]) -> dict[str, JsonValue]:
        """Refuse what the parser lets pass although JSON has no such numbers (NaN, 1e999)."""
        json.dumps(document, allow_nan=False)
        return document

    @classmethod
    def from_text(cls, text: str, media: str) -> FlowIn:
        """Read a body: JSON with the document in it, or YAML that is the document itself."""
        if media.endswith("yaml"):
            written = documents.read_yaml(text)
            body = cls(document=written.document)
        else:
            body = cls.model_validate_json(text or "{}")
            written = documents.read_json(text, body.document, "/document")
        body._written = written
        return body

    @property
    def written(self) -> Written:
        """The document, with the place of each part in what was sent."""
        return self._written or Written(self.document)


class PageQuery(Query):
    """Which part of a list."""

    limit: int = Field(default=50, ge=1, le=200, description="At most so many.")
    cursor: str | None = Field(default=None, max_length=1000, description="A page's `next`.")


class Fault(Out):
    """One thing that keeps a draft from being published."""

    pointer: str = Field(description="Where in the document (JSON pointer, RFC 6901).")
    detail: str = Field(description="What is wrong there, in English.")
    line: int | None = Field(None, description="Where it is written, if that is known.")
    column: int | None = None

    @classmethod
    def of(cls, fault: errors.Fault) -> Fault:
        """Render one fault."""
        where = {"line": fault.line, "column": fault.column}
        return cls(pointer=fault.pointer, detail=fault.reason, **where)


class FlowSummary(Out):
    """A flow in a list."""

    id: str
    name: str
    revision: int = Field(description="Counts the draft's changes; also the ETag.")
    published_version: int | None = Field(description="The version that answers calls.")
    published_revision: int | None = Field(description="The draft's revision it was made of.")
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, header: published.FlowHeader) -> FlowSummary:
        """Render a flow without its document."""
        return cls(**_facts(header))


class ExitOut(Out):
    """A node, and an exit of it; null where the call waits there or ends."""

    node: str
    exit: str | None


class TestsSummary(Out):
    """How a document's tests went, and how much of it they take callers through."""

    tests: int
    failed: int
    exits: int = Field(description="How many exits the document names.")
    taken_percent: int = Field(description="How many of a hundred some test takes.")
    untaken_exits: list[ExitOut]
    milliseconds: int = Field(description="How long trying them took.")

    @classmethod
    def of(cls, report: Report) -> TestsSummary:
        """Render a report without its transcripts."""
        count = len(report.exits)
        return cls(
            tests=len(report.verdicts),
            failed=report.failed,
            exits=count,
            taken_percent=100 * (count - len(report.untaken)) // count if count else 100,
            untaken_exits=[ExitOut(node=node, exit=way) for node, way in report.untaken],
            milliseconds=report.nanoseconds // 1_000_000,
        )


class FlowOut(FlowSummary):
    """A flow with its draft, and what is still wrong with it."""

    document: dict[str, JsonValue]
    faults: list[Fault] = Field(description="All that keeps the draft from being published.")
    tests: TestsSummary | None = Field(
        description="Null where its faults keep it from being tried."
    )

    @classmethod
    def with_faults(
        cls, draft: published.Draft, judged: Judged, written: Written | None
    ) -> FlowOut:
        """Render a flow with everything that keeps its draft from being published."""
        faults = written.located(judged.faults) if written else judged.faults
        return cls(
            **_facts(draft.header),
            document=draft.document,
            faults=[Fault.of(fault) for fault in faults],
            tests=judged.report and TestsSummary.of(judged.report),
        )


class FlowPage(Out):
    """Some of an account's flows."""

    items: list[FlowSummary]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


class VersionSummary(Out):
    """A published version in a list."""

    version: int
    published_at: datetime
    restores: int | None = Field(description="The older version that it repeats.")

    @classmethod
    def of(cls, header: published.VersionHeader) -> VersionSummary:
        """Render a version without its document."""
        return cls(
            version=header.version, published_at=header.published_at, restores=header.restores
        )


class PublishedOut(VersionSummary):
    """The version that answers now, and how its tests went."""

    tests: TestsSummary

    @classmethod
    def with_tests(cls, header: published.VersionHeader, report: Report) -> PublishedOut:
        """Render a version with what its tests take callers through."""
        return cls(**VersionSummary.of(header).__dict__, tests=TestsSummary.of(report))


class VersionOut(VersionSummary):
    """A published version: it never changes."""

    document: dict[str, JsonValue]

    @classmethod
    def with_document(cls, found: published.Version) -> VersionOut:
        """Render a version whole."""
        return cls(**VersionSummary.of(found.header).__dict__, document=found.document)


class VersionPage(Out):
    """Some of a flow's versions, newest first."""

    items: list[VersionSummary]
    next: str | None = Field(description="The cursor of the next page; null on the last one.")


def _facts(header: published.FlowHeader) -> dict[str, str | int | datetime | None]:
    return {
        "id": header.flow_id,
        "name": header.name,
        "revision": header.revision,
        "published_version": header.published_version,
        "published_revision": header.published_revision,
        "published_at": header.published_at,
        "created_at": header.created_at,
        "updated_at": header.updated_at,
    }


class SimulationIn(Body):
    """A call to try, written as one of a document's tests is; see docs/flow-tests.md."""

    version: int | None = Field(None, ge=1, le=999_999, description="The draft, unless given.")
    # Read and described where documents' tests are: the same words, the same faults.
    caller: JsonValue = None
    dialled: JsonValue = None
    at: JsonValue = None
    source: JsonValue = None
    facts: JsonValue = None
    service_price: JsonValue = None
    steps: JsonValue = None

    def script(self) -> Script:
        """Return the script. Raises Rejected with every fault of it."""
        return read_script(self.model_dump(exclude={"version"}, exclude_unset=True))

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Describe the script's fields beside the model's own."""
        described = dict(handler.resolve_ref_schema(handler(core)))
        described["properties"] |= SCRIPT.schema()["properties"]
        return described


class StepOut(Out):
    """One answer of the platform's."""

    flow_id: str = Field(description="The flow that the call is in afterwards.")
    path: list[ExitOut]
    heard: list[str] = Field(description="Words and addresses of recordings, in order.")
    rung: list[str] = Field(description="Numbers rung (E.164).")
    whispered: list[str] = Field(description="What whoever is rung hears before the caller.")
    sent: list[str] = Field(description="Texts that the caller is sent.")
    records: bool = Field(description="Whether a message or a conversation is recorded.")
    events: list[dict[str, JsonValue]]
    microseconds: int = Field(description="How long deciding took.")

    @classmethod
    def of(cls, answered: Answered) -> StepOut:
        """Render one answer."""
        return cls(
            flow_id=answered.flow_id,
            path=[_exit(each) for each in answered.reply.path],
            heard=observing.heard(answered.reply.actions),
            rung=observing.rung(answered),
            whispered=observing.whispered(answered),
            sent=observing.sent(answered),
            records=observing.records(answered),
            events=[each.to_dict() for each in answered.reply.events],
            microseconds=answered.microseconds,
        )


class TranscriptOut(Out):
    """What came of a call."""

    steps: list[StepOut]
    over: bool
    awaits: str | None = Field(description="What a call that is not over waits for.")
    passed: bool = Field(description="Whether it went as the script expects.")
    faults: list[Fault] = Field(description="Where it did not.")


class SimulationOut(TranscriptOut):
    """What came of the call, and the exits that it did not take."""

    untaken_exits: list[ExitOut]

    @classmethod
    def of(cls, attempt: Attempt) -> SimulationOut:
        """Render an attempt."""
        untaken = [ExitOut(node=node, exit=way) for node, way in attempt.untaken]
        return cls(**_transcript(attempt.transcript, attempt.faults), untaken_exits=untaken)


# Lambda answers with six million bytes at most: transcripts that come after these have no steps.
_MOST_CHARACTERS = 3_000_000


class TestOut(TranscriptOut):
    """What came of one test."""

    name: str
    shortened: bool = Field(description="Whether its steps are left out: they would be too much.")

    @classmethod
    def of(cls, verdict: Verdict, room: int) -> TestOut:
        """Render a verdict, with its steps if there is room for so many characters."""
        told = _transcript(verdict.transcript, verdict.faults)
        whole = cls(name=verdict.script.name, shortened=False, **told)
        if len(whole.model_dump_json()) <= room:
            return whole
        return whole.model_copy(update={"steps": [], "shortened": True})


class TestsOut(TestsSummary):
    """What came of each of a document's tests."""

    items: list[TestOut]

    @classmethod
    def with_transcripts(cls, report: Report) -> TestsOut:
        """Render a report whole, as far as an answer may be long."""
        items, room = [], _MOST_CHARACTERS
        for verdict in report.verdicts:
            items.append(TestOut.of(verdict, room))
            room -= len(items[-1].model_dump_json())
        return cls(**TestsSummary.of(report).__dict__, items=items)


def _transcript(told: Transcript, faults: tuple[errors.Fault, ...]) -> dict[str, Any]:
    return {
        "steps": [StepOut.of(each) for each in told.answers],
        "over": told.over,
        "awaits": told.awaits,
        "passed": not faults,
        "faults": [Fault.of(each) for each in faults],
    }


def _exit(passed: Passed) -> ExitOut:
    return ExitOut(node=passed.node, exit=passed.exit)
