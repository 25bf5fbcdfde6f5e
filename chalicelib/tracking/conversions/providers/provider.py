"""What every network has in common: what is asked of it, and what its answers mean. Pure.

A module of this folder knows one published format. It makes requests without secrets, so that they
can be shown; `signed` adds these at the last moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.tracking.conversions.words import Reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from chalicelib.tracking.conversions.conversion import Conversion, Use
    from chalicelib.tracking.conversions.destinations import Destination, IdField

OK: Final = 200
TOO_MANY: Final = 429
SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a network: JSON, to one of its own constant addresses."""

    url: str
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"

    def with_headers(self, **headers: str) -> Request:
        """Return it with more headers; `_` in a name stands for `-`."""
        more = {name.replace("_", "-"): text for name, text in headers.items()}
        return replace(self, headers={**self.headers, **more})


@dataclass(frozen=True, slots=True)
class Reply:
    """What a network answered. `data` is None where that is no JSON."""

    status: int
    data: Any = None
    after: timedelta | None = None  # it asks to be left alone for so long


@dataclass(frozen=True, slots=True)
class Credentials:
    """What proves who we are. `token` is an access token, where the network has OAuth."""

    secrets: Mapping[str, str] = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OAuth:
    """Where a refresh token is exchanged for an access token."""

    url: str
    scope: str = ""


class Verdict(StrEnum):
    """What a reply means for a conversion."""

    TAKEN = "taken"
    LATER = "later"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an attempt. `code` is the network's own word."""

    verdict: Verdict
    code: str = ""
    reason: Reason | None = None
    after: timedelta | None = None


TAKEN: Final = Outcome(Verdict.TAKEN, "ok")


class Provider(Protocol):
    """A network."""

    ids: Mapping[str, IdField]
    secrets: tuple[str, ...]
    use: Use  # what the visitor must have agreed to
    clicks: tuple[str, ...]  # by which parameters it knows a click, the best first
    latest: timedelta  # after a call's end, the network wants no more to hear of it
    oauth: OAuth | None

    def lack(self, conversion: Conversion, destination: Destination) -> Reason | None:
        """Return why there is nothing to send, None if there is something."""

    def earliest(self, conversion: Conversion, destination: Destination) -> datetime:
        """Return when the network can know what it is told of."""

    def requests(self, conversion: Conversion, destination: Destination) -> tuple[Request, ...]:
        """Return what is sent, in order: what follows a reply that is not TAKEN is not sent."""

    def retraction(
        self, conversion: Conversion, destination: Destination, now: datetime
    ) -> Request | None:
        """Return what takes a conversion back, None where the network takes none back."""

    def signed(
        self, request: Request, destination: Destination, credentials: Credentials
    ) -> Request:
        """Return a request with the proof of who we are."""

    def outcome(self, reply: Reply) -> Outcome:
        """Return what a reply means."""


def unanswerable(reply: Reply) -> Outcome | None:
    """Return what a reply means that says the same whoever gives it, None for any other."""
    if reply.status == TOO_MANY:
        return Outcome(Verdict.LATER, "429", Reason.BUSY, reply.after)
    if reply.status >= SERVER_ERROR:
        return Outcome(Verdict.LATER, str(reply.status), Reason.NO_ANSWER, reply.after)
    return None


def without_nothing(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is None."""
    return {name: value for name, value in facts.items() if value is not None}
