"""An old version of a flow made to answer again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.ivr import publishing
from chalicelib.ivr.flow import FlowRefused, restore
from chalicelib.ivr.price_checks import faults_of_lines
from chalicelib.ivr.usecases import at_revision

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from chalicelib.directory.ports import Attached, AttachedLines
    from chalicelib.ivr.nodes import Flow
    from chalicelib.ivr.ports import Drafts
    from chalicelib.ivr.published import VersionHeader
    from chalicelib.ivr.publishing import Queues, Sounds
    from chalicelib.ivr.usage import Usage


def roll_back(
    account_id: str,
    flow_id: str,
    version: int,
    *,
    revision: int | None,
    now: datetime,
    drafts: Drafts,
    sounds: Sounds,
    queues: Queues,
    usage: Usage,
    lines: AttachedLines,
) -> VersionHeader:
    """Publish an old version anew. The draft stays as it is: somebody is working on it.

    It answered once, so it is read by the rules of its day; but what it uses must still be there,
    and it must tell callers what its lines cost today. Raises FlowRefused with everything that is
    amiss. Rolling back to what answers changes nothing,
    so that it can safely be repeated.
    """
    header = at_revision(drafts.draft(account_id, flow_id), revision).header
    old = drafts.document(account_id, flow_id, version)
    answers = drafts.document(account_id, flow_id, header.published_version or version)
    flow = restore(old.document)
    used, newest = publishing.uses(flow), answers.header
    if answers.document != old.document:
        attached = lines.lines_of_flow(account_id, flow_id)
        _demand(account_id, flow, sounds, queues, attached)
        usage.hold(account_id, flow_id, used, now)
        newest = drafts.publish(header, old.document, now, old.text, restores=version)
    usage.record_usage(account_id, flow_id, used, version=newest.version, now=now)
    return newest


def _demand(
    account_id: str, flow: Flow, sounds: Sounds, queues: Queues, attached: Iterable[Attached]
) -> None:
    found = sounds.latest_versions(account_id, {each.prompt_id for each in flow.uploads})
    names = queues.names(account_id) if flow.queues else ()
    faults = (
        *publishing.missing(flow.uploads, found),
        *publishing.missing_queues(flow, names),
        *faults_of_lines(flow, attached),
    )
    if faults:
        raise FlowRefused("the flow has faults", faults=faults, count=len(faults))
