"""Forms, counts and awaited codes on the table `campaigns`.

Forms are one partition of an account. A count forgets itself after two days, a code after one.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import (
    JSONAttribute,
    NumberAttribute,
    TTLAttribute,
    UnicodeAttribute,
)

from chalicelib.campaigns.consents.capture.forms import Form, Pending, Ticked
from chalicelib.campaigns.consents.consents import Channel, Professional
from chalicelib.campaigns.store import CampaignRow
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from pynamodb.expressions.condition import Condition

FORM: Final = "form#"
COUNTED: Final = timedelta(days=2)
AWAITED: Final = timedelta(days=1)
LONGEST_ID: Final = 100


class FormRow(CampaignRow):
    """A form."""

    facts = JSONAttribute()


class CountRow(CampaignRow):
    """How many there were of something on a day."""

    counted = NumberAttribute()
    expires_at = TTLAttribute()


class PendingRow(CampaignRow):
    """A form whose code is awaited."""

    facts = JSONAttribute()
    number = UnicodeAttribute()
    seal = UnicodeAttribute()
    tries = NumberAttribute()
    expires_at = TTLAttribute()


ROWS: Final = (FormRow, CountRow, PendingRow)


class FormStore:
    """The port `Forms`."""

    def __init__(self, table_name: str) -> None:
        for row in ROWS:
            bind(row, table_name)

    def save_form(self, form: Form) -> None:
        """Put one."""
        with translated("save form", form_id=form.id):
            FormRow(_account(form.account_id), FORM + form.id, facts=_written(form)).save()

    def form(self, account_id: str, form_id: str) -> Form:
        """Read one row."""
        if len(form_id) > LONGEST_ID:  # no id of ours, and no key of DynamoDB's
            raise NotFound("no such form")
        with translated("load form", form_id=form_id):
            row = FormRow.get(_account(account_id), FORM + form_id, consistent_read=True)
        return _form(account_id, row)

    def forms(self, account_id: str) -> tuple[Form, ...]:
        """Query the account's."""
        pk, forms = _account(account_id), FormRow.sk.startswith(FORM)
        with translated("list forms", account_id=account_id):
            rows = list(FormRow.query(pk, forms, consistent_read=True))
        return tuple(_form(account_id, row) for row in rows)

    def count(self, account_id: str, what: str, day: str, most: int) -> bool:
        """Add one, if there are fewer."""
        row = CountRow(f"count#{account_id}#{what}", day)
        over = datetime.fromisoformat(day).replace(tzinfo=UTC) + COUNTED
        fewer: Condition = CountRow.counted < most
        room = CountRow.counted.does_not_exist() | fewer
        try:
            with translated("count", account_id=account_id):
                row.update(
                    actions=[CountRow.counted.add(1), CountRow.expires_at.set(over)],
                    condition=room,
                )
        except Conflict:
            return False
        return True

    def hold(self, account_id: str, person: str, pending: Pending) -> None:
        """Put it whole."""
        ticked = pending.ticked
        row = PendingRow(
            *_pending_key(account_id, person, pending.form_id),
            facts={
                "covers": list(ticked.covers),
                "outside_hours": ticked.outside_hours,
                "at": pending.at.isoformat(),
            },
            number=pending.number,
            seal=pending.seal,
            tries=pending.tries,
            expires_at=pending.at + AWAITED,
        )
        with translated("hold form", account_id=account_id):
            row.save()

    def tried(self, account_id: str, person: str, form_id: str) -> Pending:
        """Add one to its tries, if it is there, and read it."""
        row = PendingRow(*_pending_key(account_id, person, form_id))
        before = PendingRow.pk.exists()
        try:
            with translated("try code", account_id=account_id):
                row.update(actions=[PendingRow.tries.add(1)], condition=before)
        except Conflict:
            raise NotFound("nothing is awaited") from None
        return Pending(
            form_id=form_id,
            number=row.number,
            ticked=Ticked(
                tuple(map(Channel, row.facts["covers"])), outside_hours=row.facts["outside_hours"]
            ),
            at=datetime.fromisoformat(row.facts["at"]),
            seal=row.seal,
            tries=int(row.tries) - 1,
        )

    def drop(self, account_id: str, person: str, pending: Pending) -> None:
        """Delete it, if its seal is the same."""
        row = PendingRow(*_pending_key(account_id, person, pending.form_id))
        same: Condition = PendingRow.seal == pending.seal
        with suppress(Conflict), translated("drop form", account_id=account_id):
            row.delete(condition=same)

    def forget(self, account_id: str, person: str) -> None:
        """Delete the number's rows."""
        with translated("forget forms", account_id=account_id):
            rows = list(PendingRow.query(_pending(account_id, person), consistent_read=True))
            with PendingRow.batch_write() as batch:
                for row in rows:
                    batch.delete(row)


def _account(account_id: str) -> str:
    return f"account#{account_id}"


def _pending(account_id: str, person: str) -> str:
    return f"pending#{account_id}#{person}"


def _pending_key(account_id: str, person: str, form_id: str) -> tuple[str, str]:
    return _pending(account_id, person), form_id


def _written(form: Form) -> dict[str, Any]:
    facts = {
        "site": form.site_id,
        "siren": form.professional.siren,
        "name": form.professional.name,
        "object": form.object,
        "text": form.text,
        "covers": sorted(form.covers),
        "created_at": form.created_at.isoformat(),
        "collector": form.collector,
        "outside_hours": form.outside_hours,
        "doubled": form.doubled,
        "sender": form.sender,
        "lasts_days": form.lasts_days,
        "archived_at": form.archived_at and form.archived_at.isoformat(),
    }
    return {name: value for name, value in facts.items() if value not in (None, False)}


def _form(account_id: str, row: FormRow) -> Form:
    facts: dict[str, Any] = row.facts
    archived = facts.get("archived_at")
    return Form(
        id=row.sk.removeprefix(FORM),
        account_id=account_id,
        site_id=facts["site"],
        professional=Professional(siren=facts["siren"], name=facts["name"]),
        object=facts["object"],
        text=facts["text"],
        covers=frozenset(map(Channel, facts["covers"])),
        created_at=datetime.fromisoformat(facts["created_at"]),
        collector=facts.get("collector"),
        outside_hours=facts.get("outside_hours", False),
        doubled=facts.get("doubled", False),
        sender=facts.get("sender"),
        lasts_days=facts.get("lasts_days"),
        archived_at=None if archived is None else datetime.fromisoformat(archived),
    )
