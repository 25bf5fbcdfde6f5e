"""Consents and do-not-call lists as the HTTP API shows them. Imported at a first request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Self

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

from chalicelib.campaigns.consents import checking, consents, suppressions, words
from chalicelib.campaigns.consents.consents import Channel, Means, Status
from chalicelib.runtime.schema import E164, Body, Out, Query, storable

if TYPE_CHECKING:
    from chalicelib.campaigns.consents.lines import Line
    from chalicelib.campaigns.consents.ports import Ledger

MOST_IMPORTED: Final = 200
MOST_SUPPRESSED: Final = 5_000

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(storable),
]
Words = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=300), AfterValidator(storable)
]
Text = Annotated[str, StringConstraints(max_length=4_000), AfterValidator(storable)]
Siren = Annotated[str, StringConstraints(max_length=20)]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Written = Annotated[str, StringConstraints(min_length=2, max_length=40)]


class ProfessionalIn(Body):
    """On whose behalf somebody is rung."""

    siren: Siren
    name: Name

    def read(self) -> consents.Professional:
        """Return them."""
        return consents.Professional(siren=self.siren.replace(" ", ""), name=self.name)


class EvidenceIn(Body):
    """Where the proof is that you keep: a file's name or address, and its SHA-256."""

    reference: Name
    sha256: Sha256 | None = None

    def read(self) -> consents.Evidence:
        """Return it."""
        return consents.Evidence(reference=self.reference, sha256=self.sha256)


class FileIn(Body):
    """A file that proves consents: a scan, a recording, a list of answers."""

    content_base64: Annotated[str, StringConstraints(min_length=1)]
    media: Annotated[str, StringConstraints(max_length=50)] = "application/pdf"


class FileOut(Out):
    """A file that is kept. Send `reference` and `sha256` as a consent's `evidence`."""

    reference: str
    sha256: str


class AskedIn(Body):
    """What was asked of somebody. `text` is what was shown or said, word for word."""

    professional: ProfessionalIn
    collector: Name | None = Field(None, description="Who asked for them, if somebody else did")
    object: Words = Field(description="What they are rung about, precisely")
    text: Text
    means: Means = Field(strict=False, description="By what means they said yes")
    covers: list[Annotated[Channel, Field(strict=False)]] = Field(
        [Channel.PHONE], max_length=10, description="Each had a box of its own"
    )
    outside_hours: bool = Field(
        False, description="A box of its own: calls outside the hours of the law are welcome"
    )
    ticked_beforehand: bool = False
    expires_at: AwareDatetime | None = Field(
        None, description="If the text promised less than a year"
    )


class ConsentIn(AskedIn):
    """A consent to record: recorded twice, it is one."""

    number: E164
    captured_at: AwareDatetime
    evidence: EvidenceIn | None = None

    def read(self) -> checking.Captured:
        """Return it as the room takes it."""
        return _captured(self, self.captured_at, self.evidence)


class ImportedIn(Body):
    """One row of an import. A row's own evidence goes before that of all."""

    number: Written
    captured_at: AwareDatetime
    evidence: EvidenceIn | None = None


class ImportIn(AskedIn):
    """Many who were asked the same, and where the proof of it is."""

    evidence: EvidenceIn
    rows: list[ImportedIn] = Field(min_length=1, max_length=MOST_IMPORTED)

    def read(self, row: ImportedIn) -> checking.Captured:
        """Return a row as the room takes it."""
        return _captured(self, row.captured_at, row.evidence or self.evidence)


class WithdrawalIn(Body):
    """Somebody does not want to be rung any more."""

    number: E164
    means: Means = Field(strict=False, description="By what means they said so")
    siren: Siren | None = Field(None, description="null: by anybody whom you ring for")
    at: AwareDatetime | None = Field(None, description="now, if not sent")
    ref: Annotated[str, StringConstraints(max_length=100)] | None = None


class WhoseIn(Body):
    """Of whom all is asked for, or is to be forgotten."""

    number: E164


class EvidenceOut(Out):
    """Where the proof is."""

    reference: str
    sha256: str | None


class WithdrawnOut(Out):
    """How and when a consent ended before its time."""

    at: datetime
    means: Means | None = Field(description="null: they had themselves erased")


class ConsentOut(Out):
    """A consent. `lacks`: what the law wants said that its text does not seem to say."""

    id: str
    status: Status
    professional: dict[str, str]
    collector: str | None
    object: str
    text: str
    text_hash: str
    means: Means
    covers: list[Channel]
    outside_hours: bool
    confirmed: bool = Field(description="By a code that was sent to the number")
    captured_at: datetime
    expires_at: datetime
    withdrawn: WithdrawnOut | None
    evidence: EvidenceOut | None
    proof_url: str = Field(description="For the person: no account is needed there")
    lacks: list[str]

    @classmethod
    def of(
        cls, consent: consents.Consent, standing: consents.Standing, now: datetime, url: str
    ) -> Self:
        """Show a consent, as it stands now."""
        evidence = consent.evidence
        who = consent.professional
        return cls(
            id=consent.id,
            status=standing.status(consent, now),
            professional={"siren": who.siren, "name": who.name},
            collector=consent.collector,
            object=consent.object,
            text=consent.text,
            text_hash=consent.text_hash,
            means=consent.means,
            covers=sorted(consent.covers),
            outside_hours=consent.outside_hours,
            confirmed=consent.confirmed,
            captured_at=consent.captured_at,
            expires_at=consent.expires_at,
            withdrawn=_withdrawn(consent, standing),
            evidence=evidence and EvidenceOut(reference=evidence.reference, sha256=evidence.sha256),
            proof_url=url,
            lacks=list(words.unsaid(consent.text, who.name)),
        )


class WithdrawalOut(Out):
    """A withdrawal. `siren` null: from all whom the account rings for."""

    at: datetime
    means: Means
    siren: str | None

    @classmethod
    def of(cls, withdrawal: consents.Withdrawal) -> Self:
        """Show a withdrawal."""
        return cls(at=withdrawal.at, means=withdrawal.means, siren=withdrawal.siren)


class SuppressionOut(Out):
    """Somebody on a do-not-call list, or all whose numbers begin alike.

    `siren` and `campaign` say whose list it is: null both, the account's.
    """

    number: str | None = Field(description="null: they had themselves erased")
    siren: str | None
    campaign: str | None
    since: datetime
    reason: str

    @classmethod
    def of(cls, entry: suppressions.Suppression | suppressions.Prefix) -> Self:
        """Show an entry."""
        kind, _, whose = entry.scope.partition(":")
        is_one = isinstance(entry, suppressions.Suppression)
        return cls(
            number=entry.number if is_one else entry.pattern,  # type: ignore[union-attr]
            siren=whose if kind == "siren" else None,
            campaign=whose if kind == "campaign" else None,
            since=entry.since,
            reason=entry.reason,
        )


class ListedOut(Out):
    """That they were put on a list (`account`, `siren:...`, `campaign:...`), or taken off it."""

    at: datetime
    scope: str
    released: bool
    reason: str
    by: str = Field(description="a key's id; `erasure`")


class PersonOut(Out):
    """All that is known of what somebody consents to.

    `faults`: what somebody did to the ledger behind our back. No consent in it counts then.
    """

    number: str
    contact_id: str
    consents: list[ConsentOut]
    withdrawals: list[WithdrawalOut]
    erased_at: datetime | None
    suppressions: list[SuppressionOut]
    listed: list[ListedOut] = Field(description="the last hundred times")
    faults: list[str]


class LineOut(Out):
    """A line of a ledger, with the seal that it bears over the one before it."""

    seq: int
    at: datetime
    told: dict[str, Any]
    seal: str
    previous: str

    @classmethod
    def of(cls, line: Line) -> Self:
        """Show a line."""
        from chalicelib.campaigns.consents.records import write

        told = write(line.told)
        return cls(seq=line.seq, at=line.at, told=told, seal=line.seal, previous=line.previous)


class LinesOut(Out):
    """A person's ledger in order, and who looked at proofs of it last."""

    lines: list[LineOut]
    accesses: list[LineOut]
    faults: list[str]

    @classmethod
    def of(cls, ledger: Ledger, accesses: tuple[Line, ...], faults: tuple[str, ...]) -> Self:
        """Show a ledger."""
        return cls(
            lines=[LineOut.of(each) for each in ledger.lines],
            accesses=[LineOut.of(each) for each in accesses],
            faults=list(faults),
        )


class RefusedOut(Out):
    """A row that was not taken: its place from 0, which field, why."""

    row: int
    field: str
    reason: str


class ImportedOut(Out):
    """What became of an import."""

    recorded: int
    known: int = Field(description="They were there already")
    refused: list[RefusedOut]


class ErasedOut(Out):
    """What was forgotten of somebody, what was not, and why."""

    erased_at: datetime | None = Field(description="null: no consent was known of them")
    contacts: int = Field(description="How many contacts of lists went, or lost the number")
    kept: list[str]
    kept_until: datetime | None
    why: str


class SuppressionIn(Body):
    """A number, or the beginning of numbers (`+33899*`), to put on a list."""

    number: Written
    siren: Siren | None = Field(None, description="on the list of one professional")
    campaign: Written | None = Field(None, description="on the list of one campaign")
    reason: Words = ""


class SuppressionsIn(Body):
    """Numbers to put on a list."""

    numbers: list[Annotated[str, StringConstraints(max_length=40)]] = Field(
        min_length=1, max_length=MOST_SUPPRESSED
    )
    siren: Siren | None = None
    campaign: Written | None = None
    reason: Words = ""


class SuppressionsQuery(Query):
    """Which page of the lists."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=1000, description="`next` of the page before")


class ReleaseIn(Body):
    """Who is taken off whose list: the account's, if nothing is said."""

    number: Written
    siren: Siren | None = None
    campaign: Written | None = None


class SuppressionList(Out):
    """A page of who is on lists, newest first. `prefixes` are all there are, on each page."""

    items: list[SuppressionOut]
    prefixes: list[SuppressionOut]
    next: str | None


class SuppressedOut(Out):
    """What became of many numbers."""

    suppressed: int
    refused: list[RefusedOut]


def _captured(
    asked: AskedIn, captured_at: datetime, evidence: EvidenceIn | None
) -> checking.Captured:
    return checking.Captured(
        professional=asked.professional.read(),
        collector=asked.collector,
        object=asked.object,
        text=asked.text,
        means=asked.means,
        covers=tuple(asked.covers),
        outside_hours=asked.outside_hours,
        ticked_beforehand=asked.ticked_beforehand,
        captured_at=captured_at.astimezone(UTC),
        evidence=None if evidence is None else evidence.read(),
        until=None if asked.expires_at is None else asked.expires_at.astimezone(UTC),
    )


def _withdrawn(consent: consents.Consent, standing: consents.Standing) -> WithdrawnOut | None:
    at = standing.ended_at(consent)
    if at is None:
        return None
    ended = standing.ended(consent)
    return WithdrawnOut(at=at, means=ended.means if ended and ended.at == at else None)
