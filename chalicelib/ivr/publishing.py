"""What publishing fixes of the world outside a document: the versions of the sounds it plays. Pure.

A published version never changes, so neither does what it plays: each uploaded prompt is pinned to
the version that was the newest when the flow was published.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.ivr.kinds.hours import Hours
from chalicelib.ivr.kinds.transfer import Transfer
from chalicelib.ivr.nodes import Audio
from chalicelib.ivr.usage import Kind, Use
from chalicelib.kernel.errors import Fault
from chalicelib.kernel.reading import escape, quoted

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from chalicelib.ivr.nodes import Flow, Upload
    from chalicelib.ivr.published import Document

# An agent who becomes free is found between two pieces of music.
LONGEST_PIECE: Final = 60


class Sound(Protocol):
    """One version of an uploaded prompt."""

    @property
    def version(self) -> int:
        """Its version, from 1."""

    @property
    def milliseconds(self) -> int:
        """How long it plays."""


class Sounds(Protocol):
    """The prompts that an account uploaded."""

    def latest_versions(self, account_id: str, ids: Iterable[str]) -> Mapping[str, Sound]:
        """Return the newest version of each; unknown ones, and others' accounts', are left out."""


class Queues(Protocol):
    """The queues that an account has."""

    def names(self, account_id: str) -> Collection[str]:
        """Return their names."""


def uses(flow: Flow) -> tuple[Use, ...]:
    """Return what a flow uses, and where."""
    sounds = tuple(Use(Kind.PROMPT, each.prompt_id, each.pointer) for each in flow.uploads)
    queues = tuple(Use(Kind.QUEUE, each.name, each.pointer) for each in flow.queues)
    flows = tuple(Use(Kind.FLOW, flow_id, pointer) for pointer, flow_id in transfers(flow))
    return sounds + queues + flows


def transfers(flow: Flow) -> Iterator[tuple[str, str]]:
    """Go through the places (JSON pointers) that name another flow, with its id."""
    for name, node in flow.nodes.items():
        if isinstance(node, Transfer) and node.flow:
            yield f"/nodes/{escape(name)}/flow", node.flow


def missing_flows(flow: Flow, answering: Collection[str]) -> Iterator[Fault]:
    """Yield a fault for each place that names a flow of which no version answers."""
    for pointer, flow_id in transfers(flow):
        if flow_id not in answering:
            yield Fault(pointer, f"no flow with the id {quoted(flow_id)} is published")


def missing_queues(flow: Flow, names: Collection[str]) -> Iterator[Fault]:
    """Yield a fault for each place that names a queue the account does not have."""
    for each in flow.queues:
        if each.name not in names:
            yield Fault(each.pointer, f"no queue is called {quoted(each.name)}")


def missing_surveys(flow: Flow, published: Collection[str]) -> Iterator[Fault]:
    """Yield a fault for each place that names a survey of which no version is published."""
    for each in flow.surveys:
        if each.survey_id not in published:
            reason = f"no survey with the id {quoted(each.survey_id)} is published"
            yield Fault(each.pointer, reason)


def closed_for_good(flow: Flow, now: datetime) -> Iterator[Fault]:
    """Yield a fault for each calendar whose only openings are past: nobody is let in again."""
    for name, node in flow.nodes.items():
        if isinstance(node, Hours) and not node.calendar.opens_again(now):
            reason = "never opens again: its only hours are exceptions of days gone by"
            yield Fault(f"/nodes/{escape(name)}", reason)


def long_music(flow: Flow, found: Mapping[str, Sound]) -> Iterator[Fault]:
    """Yield a fault for each uploaded piece that would keep a caller from a free agent too long."""
    for name, node in flow.nodes.items():
        for at, piece in enumerate(getattr(node, "music", ())):
            ids = {each.prompt_id for each in piece.utterances.values() if isinstance(each, Audio)}
            lengths = [found[each].milliseconds for each in ids if each in found]
            if max(lengths, default=0) > LONGEST_PIECE * 1000:
                reason = f"plays for more than {LONGEST_PIECE} seconds: part it in several pieces"
                yield Fault(f"/nodes/{escape(name)}/music/{at}", reason)


def missing(uploads: Iterable[Upload], found: Mapping[str, Sound]) -> Iterator[Fault]:
    """Yield a fault for each place that names a prompt the account does not have."""
    for each in uploads:
        if each.prompt_id not in found:
            yield Fault(each.pointer, f"no uploaded prompt has the id {quoted(each.prompt_id)}")


def pinned(document: Document, uploads: Iterable[Upload], found: Mapping[str, Sound]) -> Document:
    """Return a document that plays these very versions."""
    fixed = copy.deepcopy(document)
    for each in uploads:
        parent, _, _ = each.pointer.rpartition("/")
        _at(fixed, parent)["version"] = found[each.prompt_id].version
    return fixed


def _at(document: Any, pointer: str) -> dict[str, Any]:
    place = document
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        place = place[int(name)] if isinstance(place, list) else place[name]
    return place  # type: ignore[no-any-return]
