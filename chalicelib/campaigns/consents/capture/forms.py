"""Forms on customers' sites that ask for a consent: what is shown stands here, not in the page.

A browser says which form was filled in and which boxes were ticked; what the text was, nobody can
tell us otherwise. A form is never changed: another text is another form. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.consents.checking import SHORTEST_TEXT, Captured, NoConsent, faults_of
from chalicelib.campaigns.consents.consents import Channel, Evidence, Means
from chalicelib.campaigns.consents.words import unsaid
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from chalicelib.campaigns.consents.consents import Professional

MOST_FORMS: Final = 200
# A number can be typed by whoever likes to annoy its owner: so often a day, no more.
MOST_A_DAY: Final = 5
MOST_TEXTS_A_DAY: Final = 3
# Nobody's origin is a secret: a script that types numbers ends here.
MOST_OF_SITE: Final = 2_000
# What an account's forms send in all: codes to other people's numbers cost its owner money.
MOST_TEXTS_OF_ACCOUNT: Final = 1_000
CODE_LASTS: Final = timedelta(minutes=15)
MOST_TRIES: Final = 5
CODE_DIGITS: Final = 6
# C. conso R223-1 ff. (decree 2026-662): what whoever consents is told before.
UNSAID: Final = {
    "professional": "on whose behalf they are rung, by name",
    "duration": "for how long, which is a year at most",
    "withdrawal": "that they may withdraw it",
    "proof": "that they may ask for the proof",
}


class TooMany(Rejected):
    """The number was asked about too often today."""

    code = "too-many"


class WrongCode(Rejected):
    """The code is another one, is over, or was tried too often: the answer never says which."""

    code = "wrong-code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form. `covers` are the boxes that it has; `doubled`: a code by text confirms the number.

    `sender` is the account's number that the code comes from. `lasts_days`: the text promises less
    than a year.
    """

    id: str
    account_id: str
    site_id: str
    professional: Professional
    object: str
    text: str
    covers: frozenset[Channel]
    created_at: datetime
    collector: str | None = None
    outside_hours: bool = False
    doubled: bool = False
    sender: str | None = None
    lasts_days: int | None = None
    archived_at: datetime | None = None

    def _until(self, at: datetime) -> datetime | None:
        return None if self.lasts_days is None else at + timedelta(days=self.lasts_days)

    def captured(self, ticked: Ticked, at: datetime, *, confirmed: bool = False) -> Captured:
        """Return what somebody consented to who ticked boxes of it. Raises NoConsent."""
        extra = set(ticked.covers) - self.covers
        faults = [Fault("/covers", f"the form has no box for {each}") for each in sorted(extra)]
        if ticked.outside_hours and not self.outside_hours:
            faults.append(Fault("/outside_hours", "the form has no box for it"))
        if faults:
            raise NoConsent("the form has no such box", faults=tuple(faults))
        return Captured(
            professional=self.professional,
            collector=self.collector,
            object=self.object,
            text=self.text,
            captured_at=at.astimezone(UTC),
            means=Means.WEB,
            covers=ticked.covers,
            outside_hours=ticked.outside_hours,
            confirmed=confirmed,
            typed=not confirmed,
            until=self._until(at.astimezone(UTC)),
            evidence=Evidence(reference=f"{self.site_id}/{self.id}"),
        )


@dataclass(frozen=True, slots=True)
class Ticked:
    """The boxes that somebody ticked."""

    covers: tuple[Channel, ...]
    outside_hours: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A form that was sent, whose code was not typed yet. `seal` is the code's HMAC."""

    form_id: str
    number: str
    ticked: Ticked
    at: datetime
    seal: str
    tries: int = 0

    def is_over(self, now: datetime) -> bool:
        """Say whether no code helps any more."""
        return self.tries >= MOST_TRIES or now > self.at + CODE_LASTS


def check_form(form: Form, now: datetime) -> Form:
    """Return a form whose consents would be some. Raises NoConsent with each fault."""
    covers = tuple(sorted(form.covers))
    every = form.captured(Ticked(covers, outside_hours=form.outside_hours), now)
    faults = (*faults_of(every, now), *_unsaid(form))
    if faults:
        raise NoConsent("nobody can consent by this form", faults=faults)
    return form


def _unsaid(form: Form) -> Iterator[Fault]:
    """Yield what the law wants people told, where there is a text that does not say it."""
    if len(form.text.strip()) < SHORTEST_TEXT:
        return
    for each in unsaid(form.text, form.professional.name):
        if each != "duration" or form.lasts_days is None:
            yield Fault("/text", f"it does not say what the law wants people told: {UNSAID[each]}")


def code_of(random: str) -> str:
    """Return a code of six digits out of random hexadecimal digits.

    >>> code_of("0000000000000000000f"), code_of("ffffffffffffffffffff")
    ('000015', '706175')
    """
    return f"{int(random, 16) % 10**CODE_DIGITS:0{CODE_DIGITS}}"


def message(form: Form, code: str) -> str:
    """Write the text that a code comes in: one text message, if the name is not long."""
    minutes = int(CODE_LASTS.total_seconds() // 60)
    return (
        f"{code} est votre code pour {form.professional.name}. Il vaut {minutes} minutes."
        " Vous n'avez rien demandé ? Ignorez ce message."
    )


def in_use(forms: Iterable[Form]) -> list[Form]:
    """Return forms that are not archived, newest first."""
    there = (each for each in forms if each.archived_at is None)
    return sorted(there, key=lambda each: (each.created_at, each.id), reverse=True)
