"""A text message that somebody sent to one of an account's numbers. Pure.

It is left on a queue as the carrier told it; whose number it reached is looked up there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from chalicelib.tracking.landing.addresses import clean
from chalicelib.tracking.leads.calls import touches_to
from chalicelib.tracking.leads.contacts import Contact, identities_of
from chalicelib.tracking.leads.leads import SURE_ENOUGH, Interaction, Kind, told
from chalicelib.tracking.leads.qualifying import Facts, plain

if TYPE_CHECKING:
    from chalicelib.tracking.journeys.journeys import Journey
    from chalicelib.tracking.leads.contacts import Hashes
    from chalicelib.tracking.leads.qualifying import Quality
    from chalicelib.tracking.sources import Source
    from chalicelib.tracking.visits.visits import Remembered

LONGEST_SUBJECT: Final = 200
# Whoever writes nothing else does not get in touch: they take their number off a list, or back on.
STOPS: Final = frozenset(
    {"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "arret"}
    | {"start", "unstop"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A message. `id` is the carrier's; numbers are as the carrier wrote them."""

    id: str
    at: datetime
    dialled: str
    sender: str = field(repr=False)
    words: str = field(default="", repr=False)

    @property
    def is_stop(self) -> bool:
        """Say whether it is a word for machines.

        >>> at = datetime(2026, 11, 27)
        >>> Text(id="SM1", at=at, dialled="", sender="", words=" Arrêt.").is_stop
        True
        """
        return plain(self.words) in STOPS


def from_message(message: dict[str, Any]) -> Text:
    """Read a text as the webhook left it."""
    return Text(
        id=message["id"],
        at=datetime.fromisoformat(message["at"]),
        dialled=message["to"],
        sender=message["from"],
        words=message["words"],
    )


def contact_of(text: Text, sender: str, journey: Journey) -> Contact:
    """Return a text as somebody who got in touch; of its words, the first ones.

    A visit that is a guess is not named: it could not be erased from there.
    """
    sure = journey.confidence >= SURE_ENOUGH
    return Contact(
        id=f"{Kind.TEXT}:{text.id}",
        kind=Kind.TEXT,
        at=text.at,
        number=sender,
        visit_id=journey.visit_id if sure else None,
        subject=clean(text.words, LONGEST_SUBJECT) or None,
    )


def facts_of(text: Text, source_id: str | None) -> Facts:
    """Return what rules may ask of it: all of its words."""
    return Facts(kind=Kind.TEXT, words=text.words, source_id=source_id)


def interaction_of(
    contact: Contact,
    hashes: Hashes,
    journey: Journey,
    visit: Remembered | None,
    source: Source | None,
    quality: Quality,
) -> Interaction:
    """Return it as something that a person did, credited as a call would be."""
    return Interaction(
        id=contact.id,
        kind=contact.kind,
        at=contact.at,
        identities=tuple(identities_of(contact, hashes)),
        visit_id=contact.visit_id,
        touches=tuple(touches_to(contact.at, journey, visit, source)),
        facts=told(
            {
                "subject": contact.subject,
                "dialled": journey.dialled,
                "source_id": journey.source_id,
                "confidence": round(journey.confidence, 2),
                "rule": quality.rule,
            }
        ),
        qualified=quality.qualified,
        cents=quality.cents,
    )
