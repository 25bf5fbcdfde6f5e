"""What is known of how visitors behave, on the table `tracking`.

An account's row of what its owner says and that of what was learnt are one partition, and its
lessons another. A lesson has nobody in it: not even the call can be told from its key.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import JSONAttribute, TTLAttribute

from chalicelib.kernel.errors import NotFound
from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.attribution.fitting import Heard
from chalicelib.tracking.learning import learnt
from chalicelib.tracking.learning.assumptions import Assumptions
from chalicelib.tracking.learning.learnt import Known, Learnt
from chalicelib.tracking.learning.lessons import Lesson
from chalicelib.tracking.pools.leases import moment, stamp
from chalicelib.tracking.store import TrackingRow, unchanged, versioned

if TYPE_CHECKING:
    from collections.abc import Iterable

ASSUMPTIONS: Final = "assumptions"
LEARNT: Final = "learnt"
KEPT: Final = timedelta(days=95)  # a little longer than it is looked back
_COLUMNS: Final = frozenset({"account_id", "version"})


class FactsRow(TrackingRow):
    """What an owner says, what was learnt, or what a call taught."""

    facts = JSONAttribute()
    expires_at = TTLAttribute(null=True)


class LearningStore:
    """The port `Lessons`, and what owners say."""

    def __init__(self, table_name: str) -> None:
        bind(FactsRow, table_name)

    def known(self, account_id: str) -> Known:
        """Return what is known of an account, with one request; the usual where it is nothing."""
        with translated("load behaviour", account_id=account_id):
            found = FactsRow.query(_known_key(account_id), consistent_read=True)
            rows = {row.sk: row for row in found}
        said, taught = rows.get(ASSUMPTIONS), rows.get(LEARNT)
        return Known(
            assumptions=Assumptions(account_id=account_id)
            if said is None
            else Assumptions(account_id=account_id, version=int(said.version or 0), **said.facts),
            learnt=None if taught is None else _learnt(account_id, taught.facts),
        )

    def save_assumptions(self, assumptions: Assumptions) -> Assumptions:
        """Store what an owner says. Raises Stale."""
        facts = {name: each for name, each in asdict(assumptions).items() if name not in _COLUMNS}
        row = FactsRow(_known_key(assumptions.account_id), ASSUMPTIONS, facts=facts)
        row.version = assumptions.version + 1
        with versioned(), translated("save assumptions", account_id=assumptions.account_id):
            row.save(condition=unchanged(assumptions.version))
        return replace(assumptions, version=assumptions.version + 1)

    def learnt(self, account_id: str) -> Learnt | None:
        """Return what was learnt of an account last."""
        try:
            with translated("load what was learnt", account_id=account_id):
                row = FactsRow.get(_known_key(account_id), LEARNT, consistent_read=True)
        except NotFound:
            return None
        return _learnt(account_id, row.facts)

    def save_learnt(self, found: Learnt) -> None:
        """Store what was learnt."""
        facts: dict[str, Any] = {"at": found.at.isoformat(), "calls": found.calls}
        if found.behaviour is not None:
            facts["behaviour"] = learnt.written(found.behaviour)
        with translated("save what was learnt", account_id=found.account_id):
            FactsRow(_known_key(found.account_id), LEARNT, facts=facts).save()

    def teach(self, account_id: str, call_id: str, lesson: Lesson) -> None:
        """Store what a call taught; done again, it is the same row."""
        row = _lesson_row(account_id, call_id, lesson.hour)
        row.facts = {
            "pool": lesson.pool_id,
            "seconds": [round(each) for each in lesson.heard.seconds],
            "unread": [round(each) for each in lesson.heard.unread],
            "leases_a_day": lesson.heard.leases_a_day,
            "looks": lesson.looks,
            "looked": round(lesson.looked),
        }
        row.expires_at = moment(lesson.hour) + KEPT
        with translated("note lesson", account_id=account_id):
            row.save()

    def unlearn(self, account_id: str, call_id: str, hour: int) -> None:
        """Delete what a call taught, which came in in that hour."""
        with translated("forget lesson", account_id=account_id):
            _lesson_row(account_id, call_id, hour).delete()

    def lessons(self, account_id: str, since: int, limit: int) -> list[Lesson]:
        """Return the newest lessons."""
        key, span = _lessons_key(account_id), FactsRow.sk >= stamp(since)
        with translated("read lessons", account_id=account_id):
            rows: Iterable[FactsRow] = FactsRow.query(
                key, span, scan_index_forward=False, limit=limit
            )
            return [_lesson(row) for row in rows]


def _known_key(account_id: str) -> str:
    return f"attribution#{account_id}"


def _lessons_key(account_id: str) -> str:
    return f"lessons#{account_id}"


def _lesson_row(account_id: str, call_id: str, hour: int) -> FactsRow:
    name = sha256(f"{account_id}#{call_id}".encode()).hexdigest()[:20]
    return FactsRow(_lessons_key(account_id), f"{stamp(hour)}#{name}")


def _lesson(row: FactsRow) -> Lesson:
    facts: dict[str, Any] = row.facts
    newest, oldest = facts["unread"]
    heard = Heard(
        seconds=tuple(facts["seconds"]), unread=(newest, oldest), leases_a_day=facts["leases_a_day"]
    )
    return Lesson(
        pool_id=facts["pool"],
        hour=int(row.sk.partition("#")[0]),
        heard=heard,
        looks=facts["looks"],
        looked=facts["looked"],
    )


def _learnt(account_id: str, facts: dict[str, Any]) -> Learnt:
    behaviour = facts.get("behaviour")
    return Learnt(
        account_id=account_id,
        at=datetime.fromisoformat(facts["at"]),
        calls=facts["calls"],
        behaviour=None if behaviour is None else learnt.read(behaviour),
    )
