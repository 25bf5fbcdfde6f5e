"""What a step of the engine asked to be done, as errands: whose call it is, and who is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.ivr.chores import PassOn
from chalicelib.ivr.chores import TellSurvey as ToldSurvey
from chalicelib.ivr.errands.errands import Errand, Notify, SendText, TellSurvey, Transcribe
from chalicelib.kernel.telling import Means

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from chalicelib.ivr.chores import Chore


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The call that asks. `dialled` is E.164: the number that text messages are sent from."""

    account_id: str
    call_id: str
    dialled: str
    at: datetime


def errands_of(chores: Iterable[Chore], asker: Asker) -> tuple[Errand, ...]:
    """Return the errands of a step, in order; the same step again gives the same ids."""
    return tuple(errand for chore in chores for errand in _errands(chore, asker))


def _errands(chore: Chore, asker: Asker) -> Iterator[Errand]:
    if isinstance(chore, PassOn):
        yield from _passed_on(chore, asker)
        return
    if isinstance(chore, ToldSurvey):
        yield _survey(chore, asker)
        return
    yield SendText(
        id=f"{asker.call_id}:{chore.id}",
        account_id=asker.account_id,
        call_id=asker.call_id,
        node=chore.node,
        to=chore.to,
        from_=asker.dialled,
        body=chore.body,
    )


def _survey(chore: ToldSurvey, asker: Asker) -> TellSurvey:
    facts = {
        **chore.about,
        "what": chore.what,
        "at": asker.at.isoformat(),
        "language": chore.language,
        "question": chore.question,
        "answer": chore.answer,
    }
    return TellSurvey(
        id=f"{asker.call_id}:{chore.id}",
        account_id=asker.account_id,
        call_id=asker.call_id,
        node=chore.node,
        survey_id=chore.survey_id,
        version=chore.version,
        facts={name: value for name, value in facts.items() if value},
    )


def _passed_on(chore: PassOn, asker: Asker) -> Iterator[Errand]:
    """The transcription comes first: notices wait for it."""
    begins = f"{asker.call_id}:{chore.id}"
    if chore.transcribe:
        yield Transcribe(
            id=f"{begins}:words",
            account_id=asker.account_id,
            call_id=asker.call_id,
            node=chore.node,
            recording_id=chore.recording_id,
            language=chore.language,
        )
    facts = {"dialled": asker.dialled, "at": asker.at.isoformat(), "seconds": str(chore.seconds)}
    if chore.caller is not None:
        facts["caller"] = chore.caller
    for place, recipient in enumerate(chore.recipients):
        yield Notify(
            id=f"{begins}:{place}",
            account_id=asker.account_id,
            call_id=asker.call_id,
            node=chore.node,
            by=Means(recipient.by.value),
            to=recipient.to,
            what="voicemail",
            language=chore.language,
            facts=facts,
            recording_id=chore.recording_id,
            from_=asker.dialled,
            waits=chore.transcribe,
        )
