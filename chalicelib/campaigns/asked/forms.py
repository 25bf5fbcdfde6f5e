"""Forms on which people ask to be rung back: what is shown, by whom, when, and how often. Pure.

A form is never changed: another text is another form, and what a person was shown when they asked
can be told for as long as their request is kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.consents.capture.forms import Form as ConsentForm
from chalicelib.campaigns.consents.capture.forms import check_form as check_consents
from chalicelib.campaigns.consents.checking import NoConsent
from chalicelib.campaigns.consents.consents import Channel
from chalicelib.campaigns.rules import (
    Campaign,
    Consent,
    Covers,
    Mode,
    Past,
    Person,
    Professional,
    Purpose,
    Request,
    Sector,
    Shown,
    decide,
)
from chalicelib.directory.identity import siren_is_valid
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from chalicelib.campaigns.consents.consents import Professional as Business
    from chalicelib.directory.lines import Line

MOST_FORMS: Final = 200
# What is agreed to by asking ends with the request: R223-4 gives it five working days.
CONSENT_DAYS: Final = 7
SHORTEST_TEXT: Final = 20
# Whose telephone it is does not matter: somebody in metropolitan France, who does not exist.
_SOMEBODY: Final = "+33199001234"
_FIELDS: Final = {"caller-id": "/shown", "sector": "/sector"}


class Rings(StrEnum):
    """Whose telephone rings first."""

    AGENT_FIRST = "agent_first"
    CUSTOMER_FIRST = "customer_first"


# CPCE L32: an agent who presses a key dials; where the person is rung first, a machine does.
_DIALS: Final = {Rings.AGENT_FIRST: Mode.PREVIEW, Rings.CUSTOMER_FIRST: Mode.PROGRESSIVE}


class BadForm(Rejected):
    """Nobody could lawfully, or usefully, be rung back by such a form."""

    code = "bad-form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form. `hours` are opening hours as JSON ("" is always); `text` is what people are shown.

    `sells`: what is rung about is an offer, so that asking is also a consent, of a week.
    `by_code`: a code by text confirms that the number is theirs. `texts`: what was agreed is
    confirmed by text, with a link to call it off. Limits are a day's; a `capacity` of 0 is none.
    """

    id: str
    account_id: str
    site_id: str
    professional: Business
    object: str
    text: str
    queue: str
    shown: str
    created_at: datetime
    rings: Rings = Rings.AGENT_FIRST
    hours: str = ""
    sector: Sector = Sector.OTHER
    sells: bool = True
    by_code: bool = False
    texts: bool = True
    now: bool = True
    slot_minutes: int = 60
    capacity: int = 0
    notice_minutes: int = 0
    tries: int = 3
    retry_minutes: int = 5
    most_a_day: int = 500
    most_of_number: int = 3
    most_of_address: int = 10
    language: str = "fr"
    archived_at: datetime | None = None

    @property
    def retry(self) -> timedelta:
        """How long somebody who did not answer is left alone."""
        return timedelta(minutes=self.retry_minutes)

    def campaign(self, line: Line | None) -> Campaign:
        """Return what the law looks at."""
        answers = line is not None and bool(line.answers_with or line.fallback)
        return Campaign(
            professional=Professional(id=self.professional.siren, name=self.professional.name),
            purpose=Purpose.CALLBACK,
            object=self.object,
            mode=_DIALS[self.rings],
            shown=Shown(number=self.shown, entitled=line is not None, answers=answers),
            sector=self.sector,
            sells=self.sells,
        )

    @property
    def consents(self) -> ConsentForm:
        """Return what people agree to by it, as forms of consents have it."""
        return ConsentForm(
            id=self.id,
            account_id=self.account_id,
            site_id=self.site_id,
            professional=self.professional,
            object=self.object,
            text=self.text,
            covers=frozenset({Channel.PHONE}),
            created_at=self.created_at,
            lasts_days=CONSENT_DAYS,
        )


def check(form: Form, line: Line | None, queues: Iterable[str], now: datetime) -> Form:
    """Return a form by which people can be rung back. Raises BadForm with each fault."""
    faults = tuple(_faults(form, line, queues, now))
    if faults:
        raise BadForm("nobody could be rung back by this form", faults=faults)
    return form


def in_use(forms: Iterable[Form]) -> list[Form]:
    """Return forms that are not archived, newest first."""
    there = (each for each in forms if each.archived_at is None)
    return sorted(there, key=lambda each: (each.created_at, each.id), reverse=True)


def _faults(form: Form, line: Line | None, queues: Iterable[str], now: datetime) -> Iterator[Fault]:
    if form.queue not in queues:
        yield Fault("/queue", "no such queue")
    if line is None:
        yield Fault("/shown", "not a number of yours that is in service")
    yield from _text_faults(form, now)
    if line is not None:
        yield from _law_faults(form, line, now)


def _text_faults(form: Form, now: datetime) -> Iterator[Fault]:
    """Yield what is wrong with what people read: more is asked of it where something is sold."""
    if form.sells:
        try:
            check_consents(form.consents, now)
        except NoConsent as error:
            yield from error.faults
        return
    if not siren_is_valid(form.professional.siren):
        yield Fault("/professional/siren", "not a SIREN: nine digits, the last one a check digit")
    if len(form.text.strip()) < SHORTEST_TEXT:
        yield Fault("/text", "the text that is shown, word for word: it is what proves")


def _law_faults(form: Form, line: Line, now: datetime) -> Iterator[Fault]:
    """Yield what the law has against it, whoever asks, for as long as it stays as it is."""
    siren, about = form.professional.siren, form.object
    request = Request(id="", professional=siren, object=about, at=now, proof="there")
    consent = Consent(
        id="", professional=siren, object=about, captured_at=now, covers=frozenset(Covers)
    )
    past = Past(requests=(request,), consents=(consent,))
    decision = decide(now, form.campaign(line), Person(number=_SOMEBODY), past)
    for reason in decision.reasons:
        pointer = _FIELDS.get(reason.code.partition(".")[0])
        if pointer is not None and reason.until is None:
            yield Fault(pointer, reason.in_words("en"))
