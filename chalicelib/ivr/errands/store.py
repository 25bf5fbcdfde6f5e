"""Attempts at errands on DynamoDB: one row an errand, which forgets itself after a month.

No number, address or word of anybody's is in it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from pynamodb.attributes import TTLAttribute, UnicodeAttribute, UTCDateTimeAttribute
from pynamodb.models import Model

from chalicelib.ivr.errands.ports import Attempt
from chalicelib.kernel.errors import Conflict
from chalicelib.runtime.tables import TableMeta, bind, translated

if TYPE_CHECKING:
    from datetime import datetime

    from pynamodb.expressions.update import Action

    from chalicelib.ivr.errands.errands import Errand

ATTEMPT: Final = "attempt"
# Longer than a message may wait: two weeks on its queue, two more among the dead letters.
REMEMBERED: Final = timedelta(days=35)


class AttemptRow(Model):
    """An errand that was begun."""

    class Meta(TableMeta):
        table = "ivr"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True, default=ATTEMPT)
    account_id = UnicodeAttribute()
    began_at = UTCDateTimeAttribute()
    expires_at = TTLAttribute()
    status = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    message_id = UnicodeAttribute(null=True)


class AttemptStore:
    """The `Attempts` port on the table `ivr`."""

    def __init__(self, table_name: str) -> None:
        bind(AttemptRow, table_name)

    def begin(self, errand: Errand, now: datetime) -> Attempt:
        """Write the row if there is none, else read it."""
        row = AttemptRow(
            pk=_pk(errand),
            sk=ATTEMPT,
            account_id=errand.account_id,
            began_at=now,
            expires_at=now + REMEMBERED,
        )
        try:
            with translated("begin errand", errand_id=errand.id):
                row.save(condition=AttemptRow.pk.does_not_exist())
        except Conflict:
            return self._earlier(errand)
        return Attempt(began_at=now, fresh=True)

    def end(self, errand: Errand, status: str, reason: str | None, message_id: str | None) -> None:
        """Write how it ended; the first to say so is believed."""
        changes: list[Action] = [AttemptRow.status.set(AttemptRow.status | status)]
        if reason is not None:
            changes.append(AttemptRow.reason.set(AttemptRow.reason | reason))
        if message_id is not None:
            changes.append(AttemptRow.message_id.set(AttemptRow.message_id | message_id))
        with translated("end errand", errand_id=errand.id):
            AttemptRow(_pk(errand), ATTEMPT).update(actions=changes)

    def _earlier(self, errand: Errand) -> Attempt:
        with translated("load errand", errand_id=errand.id):
            row = AttemptRow.get(_pk(errand), ATTEMPT, consistent_read=True)
        return Attempt(
            began_at=row.began_at,
            fresh=False,
            status=row.status,
            reason=row.reason,
            message_id=row.message_id,
        )


def _pk(errand: Errand) -> str:
    return f"errand#{errand.id}"
