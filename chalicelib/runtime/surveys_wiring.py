"""Where surveys meet calls, contacts, consents and text messages. Built on first use."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import consents_wiring, wiring
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from chalicelib.campaigns.contacts.contacts import Contact
    from chalicelib.campaigns.surveys.answers import Told
    from chalicelib.campaigns.surveys.messages.ports import Desk
    from chalicelib.campaigns.surveys.messages.store import SessionStore
    from chalicelib.campaigns.surveys.store import SurveyStore
    from chalicelib.campaigns.surveys.survey import Published, Survey
    from chalicelib.ivr.errands.errands import TellSurvey
    from chalicelib.kernel.telling import TextOrder
    from chalicelib.runtime.kept import Kept


@cache
def store() -> SurveyStore:
    """Return surveys, and what people answered."""
    from chalicelib.campaigns.surveys.store import SurveyStore

    return SurveyStore(settings().campaigns_table)


@cache
def _newest() -> Kept[tuple[str, str], Published]:
    """Return the versions that are asked: a new one holds within half a minute everywhere."""
    from chalicelib.campaigns.surveys import usecases
    from chalicelib.runtime.kept import Kept

    return Kept(lambda key: usecases.newest(*key, store()))


@cache
def _versions() -> Kept[tuple[str, str, int], Published]:
    """Return versions, which never change."""
    from chalicelib.campaigns.surveys import usecases
    from chalicelib.runtime.kept import STALE_SECONDS, Kept

    return Kept(lambda key: usecases.version_of(*key, store()), fresh_seconds=STALE_SECONDS)


class Asked:
    """Surveys as a call asks them: kept in the process."""

    def survey(self, account_id: str, survey_id: str, version: int) -> Published:
        """Return a published version, the newest where it is 0."""
        if version:
            return _versions().get((account_id, survey_id, version))
        found = _newest().get((account_id, survey_id))
        _versions().put((account_id, survey_id, found.version), found)
        return found


@cache
def asked() -> Asked:
    """Return surveys as a call asks them."""
    return Asked()


def take_told(errand: TellSurvey) -> None:
    """Keep what was answered in a call; idempotent. Raises Unavailable."""
    from chalicelib.campaigns.surveys import answers

    facts = dict(errand.facts)
    told = answers.Told(
        account_id=errand.account_id,
        survey_id=errand.survey_id,
        respondent=errand.call_id,
        version=errand.version,
        what=answers.What(facts["what"]),
        at=datetime.fromisoformat(facts["at"]),
        ref=errand.id,
        language=facts.get("language", ""),
        question=facts.get("question", ""),
        answer=facts.get("answer", ""),
        about={**_segment(errand.account_id, facts), **facts, "call": errand.call_id},
    )
    _keep(told)


def forget(account_id: str, contacts: Collection[str]) -> None:
    """Take whose they are out of responses; idempotent. Raises Unavailable."""
    from chalicelib.campaigns.surveys import usecases

    def survey_of(survey_id: str, version: int) -> Survey:
        return asked().survey(account_id, survey_id, version).survey

    for each in contacts:
        usecases.forget(account_id, each, survey_of, store())


@cache
def _campaigns() -> Kept[tuple[str, str], str]:
    """Return whom of their list campaigns ring: their segment."""
    from chalicelib.runtime.campaigns_wiring import store as book
    from chalicelib.runtime.kept import Kept

    return Kept(lambda key: book().campaign(*key).plan.segment)


def _segment(account_id: str, facts: Mapping[str, str]) -> dict[str, str]:
    """Return the segment of the campaign that a call is of."""
    if "campaign" not in facts:
        return {}
    try:
        segment = _campaigns().get((account_id, facts["campaign"]))
    except NotFound:
        return {}
    return {"segment": segment} if segment else {}


def _survey_of(account_id: str, survey_id: str) -> Callable[[int], Survey]:
    def survey_of(version: int) -> Survey:
        return asked().survey(account_id, survey_id, version).survey

    return survey_of


@cache
def sessions() -> SessionStore:
    """Return who is being asked what by text message."""
    from chalicelib.campaigns.surveys.messages.store import SessionStore

    return SessionStore(settings().campaigns_table)


def desk() -> Desk:
    """Return all that asking by text message takes."""
    from chalicelib.campaigns.surveys.messages.ports import Desk
    from chalicelib.ivr.questionnaire import understood

    return Desk(
        sessions=sessions(),
        line=wiring.lines().line,
        contact=_contact,
        survey=asked().survey,
        known=consents_wiring.facts_for,
        hashed=wiring.Callers().caller_hash,
        take=_keep,
        understand=understood,
        send=_send,
    )


def take_text(message: dict[str, Any]) -> bool:
    """Take a text message for an answer, if one is awaited; idempotent. Say whether it was one.

    Raises Unavailable.
    """
    from chalicelib.campaigns.consents import stops
    from chalicelib.campaigns.surveys.messages import asking

    told = stops.from_message(message)
    reply = asking.Reply(
        id=told.id,
        at=told.at,
        ours=message["to"],
        sender=message["from"],
        words=told.words,
        stops=told.is_stop,
    )
    return asking.take(reply, desk())


def _keep(told: Told) -> None:
    from chalicelib.campaigns.surveys import usecases

    usecases.take(told, _survey_of(told.account_id, told.survey_id), store())


def _contact(account_id: str, list_id: str, contact_id: str) -> Contact:
    from chalicelib.campaigns.contacts import managing
    from chalicelib.runtime import contacts_wiring

    return managing.load(account_id, list_id, contact_id, contacts_wiring.office())


def _send(order: TextOrder, again: bool) -> None:
    """Send a text from the very number that replies come to, by WhatsApp if it says so."""
    from chalicelib.kernel.errors import Rejected
    from chalicelib.kernel.telling import NotSendable, reason_of, text
    from chalicelib.runtime.telling import CarrierTexts

    texts = CarrierTexts(wiring.gateway)
    if not order.to.startswith("whatsapp:"):
        text(order, (order.from_,), texts, retry=again)
        return
    try:
        texts.send(order, retry=again)
    except Rejected as error:
        raise NotSendable(reason_of(error)) from error
