"""Destinations and the log of conversions as the HTTP API shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, StringConstraints

from chalicelib.runtime.schema import Body, Out, Patch, Query, storable
from chalicelib.tracking.conversions import conversion, deeds, destinations, usecases
from chalicelib.tracking.conversions.conversion import State
from chalicelib.tracking.conversions.destinations import LONGEST_SECRET, Network, Proof
from chalicelib.tracking.conversions.words import WORDS, Reason
from chalicelib.tracking.leads.leads import Kind


def _once(kinds: list[Kind]) -> list[Kind]:
    return list(dict.fromkeys(kinds))


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(storable),
]
Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
    AfterValidator(storable),
]
Ids = Annotated[dict[str, Text], Field(max_length=10)]
Secret = Annotated[str, StringConstraints(max_length=LONGEST_SECRET), AfterValidator(storable)]
Secrets = Annotated[dict[str, Secret], Field(max_length=10)]
Cents = Annotated[int, Field(ge=0, le=1_000_000_000)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Id = Annotated[str, StringConstraints(min_length=1, max_length=100)]

Kinds = Annotated[
    list[Annotated[Kind, Field(strict=False)]], Field(max_length=4), AfterValidator(_once)
]

_KINDS = "calls, and what was written that counts: your own tag may tell of forms already"
_SECRETS = "never shown again; see docs/conversions.md for those of each network"
_PROOF = (
    "`told`: the site says of each visitor that they agree to this use (event `consent`). "
    "`visit`: you declare that your site asks for it together with the visit's own consent."
)
_TAG = "a tag that your flow puts on a call whose caller agreed to it"
_CALLER = "send the caller's number along, hashed, so that the network can match it"


class WantedIn(Body):
    """Which calls count: those of which any of these is true."""

    qualified: bool = True
    min_seconds: Annotated[int, Field(ge=0, le=86_400)] | None = Field(
        None, description="of conversation"
    )
    tags: list[Tag] = Field(default_factory=list, max_length=20)

    @property
    def written(self) -> destinations.Wanted:
        """Return it as the room takes it."""
        return destinations.Wanted(
            qualified=self.qualified, min_seconds=self.min_seconds, tags=tuple(self.tags)
        )


class DestinationIn(Body):
    """A destination to make."""

    name: Text
    network: Network = Field(strict=False)
    ids: Ids = Field(description="the network's own, see docs/conversions.md")
    secrets: Secrets = Field(description=_SECRETS)
    calls: WantedIn = Field(default_factory=WantedIn)
    kinds: Kinds = Field(default=[Kind.CALL], description=_KINDS)
    value_cents: Cents | None = Field(None, description="of a call that has no value of its own")
    currency: Currency = "EUR"
    proof: Proof = Field(Proof.TOLD, strict=False, description=_PROOF)
    consent_tag: Tag | None = Field(None, description=_TAG)
    send_caller: bool = Field(False, description=_CALLER)
    paused: bool = False

    def written(self, destination_id: str, account_id: str, now: datetime) -> Any:
        """Return it as the room takes it."""
        facts = self.model_dump(exclude={"secrets", "calls", "kinds"})
        return destinations.Destination(
            id=destination_id,
            account_id=account_id,
            created_at=now,
            wanted=self.calls.written,
            kinds=tuple(self.kinds),
            **facts,
        )


class DestinationPatch(Patch):
    """What to change of a destination: fields that are not sent stay. Secrets come all or none."""

    name: Text = ""
    ids: Ids = Field(default_factory=dict)
    secrets: Secrets = Field(default_factory=dict, description=_SECRETS)
    calls: WantedIn = Field(default_factory=WantedIn)
    kinds: Kinds = Field(default=[Kind.CALL], description=_KINDS)
    value_cents: Cents | None = None
    currency: Currency = "EUR"
    proof: Proof = Field(Proof.TOLD, strict=False, description=_PROOF)
    consent_tag: Tag | None = Field(None, description=_TAG)
    send_caller: bool = Field(False, description=_CALLER)
    paused: bool = False

    @property
    def changes(self) -> dict[str, Any]:
        """Return what was sent, but for secrets, as the room takes it."""
        sent = {name: getattr(self, name) for name in self.model_fields_set - {"secrets", "calls"}}
        if "calls" in self.model_fields_set:
            sent["wanted"] = self.calls.written
        if "kinds" in sent:
            sent["kinds"] = tuple(self.kinds)
        return sent


class PageQuery(Query):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class PreviewIn(Body):
    """A call, and the destination that would be told of it; or something written (`form:4711`)."""

    call_id: Id
    destination_id: Id


class WantedOut(Out):
    """Which calls count."""

    qualified: bool
    min_seconds: int | None
    tags: list[str]


class DestinationOut(Out):
    """A destination. Of its secrets only the names are shown."""

    id: str
    name: str
    network: Network
    ids: dict[str, str]
    secrets: list[str]
    calls: WantedOut
    kinds: list[Kind]
    value_cents: int | None
    currency: str
    proof: Proof
    consent_tag: str | None
    send_caller: bool
    paused: bool
    created_at: datetime
    version: int

    @classmethod
    def of(cls, destination: destinations.Destination) -> Self:
        """Show a destination."""
        wanted = destination.wanted
        return cls(
            id=destination.id,
            name=destination.name,
            network=destination.network,
            ids=dict(destination.ids),
            secrets=list(destination.secrets),
            calls=WantedOut(
                qualified=wanted.qualified, min_seconds=wanted.min_seconds, tags=list(wanted.tags)
            ),
            kinds=list(destination.kinds),
            value_cents=destination.value_cents,
            currency=destination.currency,
            proof=destination.proof,
            consent_tag=destination.consent_tag,
            send_caller=destination.send_caller,
            paused=destination.paused,
            created_at=destination.created_at,
            version=destination.version,
        )


class DestinationList(Out):
    """A page of destinations."""

    items: list[DestinationOut]
    next: str | None = None


class AttemptOut(Out):
    """One time that the network was asked. `code` is its own word."""

    at: datetime
    status: int | None = Field(description="of HTTP; null: it did not answer")
    code: str
    reason: Reason | None


class ConversionOut(Out):
    """What became of telling a destination of a call, or of something written."""

    id: str
    kind: Kind
    call_id: str | None
    interaction_id: str | None = Field(description="of its lead, if it is no call")
    called_at: datetime
    destination_id: str
    network: Network
    state: State
    reason: Reason | None
    words: dict[str, str] = Field(description="the reason, and what to do, in French and English")
    next_at: datetime | None
    attempts: list[AttemptOut]

    @classmethod
    def of(cls, entry: conversion.Entry) -> Self:
        """Show a line of the log."""
        written = deeds.is_written(entry.deed_id)
        return cls(
            id=entry.id,
            kind=deeds.kind_of(entry.deed_id),
            call_id=None if written else entry.deed_id,
            interaction_id=entry.deed_id if written else None,
            called_at=entry.called_at,
            destination_id=entry.destination_id,
            network=entry.network,
            state=entry.state,
            reason=entry.reason,
            words=_words(entry.reason),
            next_at=entry.next_at,
            attempts=[
                AttemptOut(at=each.at, status=each.status, code=each.code, reason=each.reason)
                for each in entry.attempts
            ],
        )


class ConversionList(Out):
    """A page of the log."""

    items: list[ConversionOut]
    next: str | None = None


class RequestOut(Out):
    """A request to a network, without what proves who we are."""

    method: str
    url: str
    body: dict[str, Any]


class PreviewOut(Out):
    """What would be sent for a call, or why nothing would."""

    would_send: bool
    reason: Reason | None
    words: dict[str, str]
    not_before: datetime | None
    requests: list[RequestOut]

    @classmethod
    def of(cls, preview: usecases.Preview) -> Self:
        """Show a preview."""
        return cls(
            would_send=bool(preview.requests),
            reason=preview.reason,
            words=_words(preview.reason),
            not_before=preview.not_before,
            requests=[
                RequestOut(method=each.method, url=each.url, body=dict(each.body))
                for each in preview.requests
            ],
        )


def _words(reason: Reason | None) -> dict[str, str]:
    return {} if reason is None else dict(WORDS[reason])
