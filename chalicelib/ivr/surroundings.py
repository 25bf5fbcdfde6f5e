"""What a flow meets where and when it is to answer: its account's sounds, queues, flows, lines."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.ivr import publishing
from chalicelib.ivr.price_checks import faults_of_lines
from chalicelib.kernel.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from chalicelib.directory.ports import AttachedLines
    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.ports import Drafts
    from chalicelib.ivr.publishing import Queues, Sound, Sounds
    from chalicelib.ivr.surveying import Surveys
    from chalicelib.kernel.errors import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What has to be asked to know whether a flow can answer."""

    drafts: Drafts
    sounds: Sounds
    queues: Queues
    lines: AttachedLines
    now: datetime
    surveys: Surveys | None = None

    def sounds_of(self, account_id: str, flow: Flow) -> Mapping[str, Sound]:
        """Return the newest version of each sound that a flow plays, of those that are there."""
        return self.sounds.latest_versions(account_id, {each.prompt_id for each in flow.uploads})

    def faults(self, account_id: str, flow_id: str, flow: Flow) -> tuple[Fault, ...]:
        """Return what a flow misses here, or does not suit. Its document may have other faults."""
        found = self.sounds_of(account_id, flow)
        names = self.queues.names(account_id) if flow.queues else ()
        return (
            *publishing.closed_for_good(flow, self.now),
            *publishing.missing(flow.uploads, found),
            *publishing.missing_queues(flow, names),
            *publishing.missing_surveys(flow, self._asked(account_id, flow)),
            *publishing.missing_flows(flow, self._answering(account_id, flow_id, flow)),
            *publishing.long_music(flow, found),
            *faults_of_lines(flow, self.lines.lines_of_flow(account_id, flow_id)),
        )

    def _asked(self, account_id: str, flow: Flow) -> set[str]:
        """Return those of the surveys that this one asks that are published."""
        found: set[str] = set()
        for survey_id in {each.survey_id for each in flow.surveys}:
            with suppress(NotFound):
                if self.surveys is not None:
                    self.surveys.survey(account_id, survey_id, 0)
                    found.add(survey_id)
        return found

    def _answering(self, account_id: str, flow_id: str, flow: Flow) -> set[str]:
        """Return those of the flows that this one transfers to that answer, or soon will."""
        found = {flow_id}
        for other in {named for _, named in publishing.transfers(flow)} - found:
            with suppress(NotFound):
                if self.drafts.draft(account_id, other).header.newest is not None:
                    found.add(other)
        return found
