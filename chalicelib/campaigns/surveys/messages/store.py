"""Surveys by text message on the table `campaigns`: a row for a person and a number of ours."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import JSONAttribute, NumberAttribute, TTLAttribute

from chalicelib.campaigns.store import CampaignRow
from chalicelib.campaigns.surveys.answers import Channel
from chalicelib.campaigns.surveys.messages.session import Session
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition

_ROW: Final = "session"
# Longer than a session lives: a message that comes again finds what was answered to it.
_KEPT: Final = timedelta(days=7)


class SessionRow(CampaignRow):
    """A session. `rev` guards it."""

    told = JSONAttribute()
    rev = NumberAttribute()
    expires_at = TTLAttribute()


class SessionStore:
    """The port `Sessions`."""

    def __init__(self, table_name: str) -> None:
        bind(SessionRow, table_name)

    def session(self, account_id: str, ours: str, person: str) -> Session | None:
        """Return it with one GetItem."""
        try:
            with translated("load survey session", account_id=account_id):
                row = SessionRow.get(_pk(account_id, ours, person), _ROW, consistent_read=True)
        except NotFound:
            return None
        return _read(row)

    def save(self, session: Session) -> Session:
        """Put the row over the one that was read."""
        same: Condition = SessionRow.rev == session.rev
        row = SessionRow(
            pk=_pk(session.account_id, session.ours, session.person),
            sk=_ROW,
            told=_written(session),
            rev=session.rev + 1,
            expires_at=session.said_at + _KEPT,
        )
        with translated("save survey session", account_id=session.account_id):
            row.save(condition=same if session.rev else SessionRow.pk.does_not_exist())
        return replace(session, rev=session.rev + 1)

    def drop(self, session: Session) -> None:
        """Delete the row that was read."""
        row = SessionRow(_pk(session.account_id, session.ours, session.person), _ROW)
        with (
            suppress(Conflict),
            translated("drop survey session", account_id=session.account_id),
        ):
            row.delete(condition=SessionRow.rev == session.rev)


def _pk(account_id: str, ours: str, person: str) -> str:
    return f"asked#{account_id}#{ours}#{person}"


def _written(session: Session) -> dict[str, Any]:
    return {
        "survey_id": session.survey_id,
        "version": session.version,
        "respondent": session.respondent,
        "channel": session.channel.value,
        "language": session.language,
        "question": session.question,
        "said": session.said,
        "said_at": session.said_at.isoformat(),
        "about": dict(session.about),
        "answers": dict(session.answers),
        "attempt": session.attempt,
        "heard": session.heard,
        "told": list(session.told),
        "fields": dict(session.fields),
    }


def _read(row: Any) -> Session:
    _, account_id, ours, person = row.pk.split("#")
    told = row.told
    facts = {
        **told,
        "channel": Channel(told["channel"]),
        "said_at": datetime.fromisoformat(told["said_at"]),
        "told": tuple(told["told"]),
    }
    return Session(account_id=account_id, ours=ours, person=person, rev=int(row.rev), **facts)
