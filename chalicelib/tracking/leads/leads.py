"""A lead: one person who got in touch, with all that they did. Pure.

People are known by what they leave: the hash of their number, of their e-mail address, the visit
that they were on. Whoever has one of these in common is one person, until somebody says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from chalicelib.tracking.attribution.touchpoints import Touchpoint

# A lead is one row: with these it has a quarter of the 400 kB that DynamoDB keeps in one.
MOST_INTERACTIONS: Final = 200
MOST_IDENTITIES: Final = 100
MOST_MERGED: Final = 50
# Under it, the visit of a call is a guess: good enough for a report, not to call two people one.
SURE_ENOUGH: Final = 0.8


class Kind(StrEnum):
    """How somebody got in touch."""

    CALL = "call"
    FORM = "form"
    TEXT = "text"
    CHAT = "chat"


class Stage(StrEnum):
    """How far a lead has come, as its owner says."""

    NEW = "new"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """Something that a person did to get in touch.

    `identities` are what they are known by (see `by_caller` and the like), `touches` what led them
    there. `facts` are what a list shows of it. `qualified` is None while nothing says so.
    """

    id: str
    kind: Kind
    at: datetime
    identities: tuple[str, ...] = ()
    visit_id: str | None = None
    touches: tuple[Touchpoint, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    qualified: bool | None = None
    cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A person. What their owner says of them (`qualified`, `cents`) counts before what rules say.

    `apart` are leads that are somebody else, whatever they have in common, `merged` those that this
    one was too; `left_out` counts interactions there was no room for. `merged_into` is set of one
    that is another by now.
    """

    id: str
    account_id: str
    interactions: tuple[Interaction, ...] = ()
    identities: tuple[str, ...] = ()
    name: str | None = None
    email: str | None = None
    number: str | None = None
    note: str | None = None
    stage: Stage = Stage.NEW
    said_qualified: bool | None = None
    said_cents: int | None = None
    apart: frozenset[str] = frozenset()
    merged: tuple[str, ...] = ()
    left_out: int = 0
    merged_into: str | None = None
    version: int = 0

    @property
    def first_at(self) -> datetime:
        """When they got in touch first."""
        return self.interactions[0].at

    @property
    def last_at(self) -> datetime:
        """When they got in touch last."""
        return self.interactions[-1].at

    @property
    def qualified(self) -> bool | None:
        """Say whether it is worth something: as somebody said, else if any interaction was."""
        if self.said_qualified is not None:
            return self.said_qualified
        known = [each.qualified for each in self.interactions if each.qualified is not None]
        return any(known) if known else None

    @property
    def cents(self) -> int:
        """What it is worth: as somebody said, else what its interactions are, together."""
        if self.said_cents is not None:
            return self.said_cents
        return sum(each.cents for each in self.interactions)

    @property
    def qualified_at(self) -> datetime | None:
        """When the first interaction came that was worth something."""
        return next((each.at for each in self.interactions if each.qualified), None)

    def interaction(self, interaction_id: str) -> Interaction | None:
        """Return one of its interactions."""
        return next((each for each in self.interactions if each.id == interaction_id), None)


def by_caller(caller_hash: str) -> str:
    """Name somebody by the keyed hash of their number."""
    return f"caller:{caller_hash}"


def by_email(email_hash: str) -> str:
    """Name somebody by the keyed hash of their e-mail address."""
    return f"email:{email_hash}"


def by_visit(visit_id: str) -> str:
    """Name somebody by the visit that their browser keeps."""
    return f"visit:{visit_id}"


def itself(interaction_id: str) -> str:
    """Name whoever did just this: so that what comes twice comes to the same lead."""
    return f"did:{interaction_id}"


def told(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that there are."""
    return {name: value for name, value in facts.items() if value is not None}


def with_interaction(lead: Lead, new: Interaction) -> Lead:
    """Add what somebody did, in its place in time; what was known of it before is replaced.

    It stays where it was when it came first: whoever does not say when is heard at another time.
    """
    known = lead.interaction(new.id)
    if known is not None:
        new = replace(new, at=min(known.at, new.at))
    others = [each for each in lead.interactions if each.id != new.id]
    return _fitted(lead, [*others, new], (*lead.identities, *new.identities, itself(new.id)))


def without(lead: Lead, interaction_id: str) -> Lead:
    """Take out something that was no contact after all, with what only it was known by."""
    gone = {itself(interaction_id)}
    staying = tuple(each for each in lead.interactions if each.id != interaction_id)
    for each in lead.interactions:
        gone |= set(each.identities) if each.id == interaction_id else set()
    gone -= {name for each in staying for name in each.identities}
    rest = tuple(name for name in lead.identities if name not in gone)
    return replace(lead, interactions=staying, identities=rest)


def without_visit(lead: Lead, visit_id: str) -> Lead:
    """Take out all that is known of a visit that took its consent back."""
    name = by_visit(visit_id)

    def cleaned(each: Interaction) -> Interaction:
        names = tuple(other for other in each.identities if other != name)
        if each.visit_id == visit_id:
            return replace(each, visit_id=None, touches=(), identities=names)
        return replace(each, identities=names)

    return replace(
        lead,
        interactions=tuple(map(cleaned, lead.interactions)),
        identities=tuple(other for other in lead.identities if other != name),
    )


def merged(lead: Lead, other: Lead) -> Lead:
    """Make one lead of two; what is said of both, the first one has it."""
    told: dict[str, Any] = {
        name: getattr(lead, name) if getattr(lead, name) is not None else getattr(other, name)
        for name in ("name", "email", "number", "note", "said_qualified", "said_cents")
    }
    both = replace(
        lead,
        **told,
        stage=max(lead.stage, other.stage, key=list(Stage).index),
        apart=lead.apart | other.apart,
        merged=tuple(dict.fromkeys((*lead.merged, *other.merged, other.id)))[-MOST_MERGED:],
        left_out=lead.left_out + other.left_out,
    )
    interactions = {each.id: each for each in (*other.interactions, *lead.interactions)}
    return _fitted(both, interactions.values(), (*lead.identities, *other.identities))


def split(lead: Lead, chosen: Iterable[str], new_id: str) -> tuple[Lead, Lead]:
    """Take interactions out of a lead, into one of their own; the two stay apart from then on.

    What only they are known by goes with them; what is in common stays. Raises Rejected.
    """
    wanted = set(chosen)
    going = [each for each in lead.interactions if each.id in wanted]
    staying = [each for each in lead.interactions if each.id not in wanted]
    _check_split(lead, wanted, staying)
    kept = {name for each in staying for name in (*each.identities, itself(each.id))}
    names = {name for each in going for name in (*each.identities, itself(each.id))} - kept
    new = Lead(id=new_id, account_id=lead.account_id, apart=frozenset({lead.id}))
    rest = tuple(name for name in lead.identities if name not in names)
    return (
        replace(lead, interactions=tuple(staying), identities=rest, apart=lead.apart | {new_id}),
        replace(new, interactions=tuple(going), identities=tuple(sorted(names))),
    )


def are_apart(lead: Lead, other: Lead) -> bool:
    """Say whether somebody has told that these two are not one person."""
    return other.id in lead.apart or lead.id in other.apart


def _check_split(lead: Lead, wanted: set[str], staying: list[Interaction]) -> None:
    known = {each.id for each in lead.interactions}
    faults = [
        Fault("/interactions", f"{each!r} is none of this lead's")
        for each in sorted(wanted - known)
    ]
    if not wanted:
        faults.append(Fault("/interactions", "say which are to go"))
    elif not faults and not staying:
        faults.append(Fault("/interactions", "one has to stay"))
    if faults:
        raise Rejected("the lead cannot be split so", faults=tuple(faults))


def _fitted(lead: Lead, interactions: Iterable[Interaction], names: Iterable[str]) -> Lead:
    """Keep the first interaction, which made the lead, and the newest of the others."""
    ordered = sorted(interactions, key=lambda each: (each.at, each.id))
    left_out = max(0, len(ordered) - MOST_INTERACTIONS)
    if left_out:
        ordered = [ordered[0], *ordered[1 + left_out :]]
    identities = tuple(dict.fromkeys(names))
    if len(identities) > MOST_INTERACTIONS + MOST_IDENTITIES:
        identities = identities[-(MOST_INTERACTIONS + MOST_IDENTITIES) :]
    return replace(
        lead,
        interactions=tuple(ordered),
        identities=identities,
        left_out=lead.left_out + left_out,
    )
