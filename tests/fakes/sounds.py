"""Uploaded prompts and what uses them, in memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.ivr.trials.usecases import Rehearsals
from chalicelib.kernel.errors import Unavailable
from tests.fakes.directory import DirectoryInMemory
from tests.fakes.ivr import FlowsInMemory

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from chalicelib.ivr.usage import Kind, Use, User


@dataclass(frozen=True)
class ASound:
    version: int
    milliseconds: int


class SoundsInMemory:
    """The `Sounds` port: the newest version of each prompt."""

    def __init__(self, versions: Mapping[str, int]) -> None:
        self._versions = versions
        self.milliseconds: dict[str, int] = {}

    def latest_versions(self, account_id: str, ids: Iterable[str]) -> Mapping[str, ASound]:
        known = {each: self._versions[each] for each in ids if each in self._versions}
        return {id: ASound(each, self.milliseconds.get(id, 9_000)) for id, each in known.items()}


class UsageInMemory:
    """The `Usage` port, as far as publishing goes. `down` fails once something was held."""

    def __init__(self) -> None:
        self.down = False
        self.recorded: dict[str, tuple[Use, ...]] = {}

    def hold(self, account_id: str, flow_id: str, uses: Iterable[Use], now: datetime) -> None:
        return

    def record_usage(
        self, account_id: str, flow_id: str, uses: Iterable[Use], *, version: int, now: datetime
    ) -> None:
        if self.down:
            raise Unavailable("the table does not answer")
        self.recorded[flow_id] = tuple(uses)

    def users(self, account_id: str, kind: Kind, id: str) -> tuple[User, ...]:
        return ()

    def retire(self, account_id: str, kind: Kind, id: str, now: datetime) -> None:
        return

    def admit(self, account_id: str, kind: Kind, id: str) -> None:
        return


class QueuesInMemory:
    """The `Queues` port: every account has the same."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def names(self, account_id: str) -> tuple[str, ...]:
        return self._names


def a_shelf(*queues: str, **versions: int) -> dict[str, Any]:
    """What publishing needs besides the drafts: queues, and prompts with their newest version.

    No line answers with any flow.
    """
    return {
        "sounds": SoundsInMemory(versions),
        "queues": QueuesInMemory(*queues),
        "usage": UsageInMemory(),
        "rehearsals": Rehearsals(FlowsInMemory(), lambda: 0),
        "lines": DirectoryInMemory(),
    }
