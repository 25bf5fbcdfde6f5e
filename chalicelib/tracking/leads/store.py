"""Leads on the table `tracking`: one row each, and one for each thing that somebody is known by."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    NumberAttribute,
    TTLAttribute,
    UnicodeAttribute,
)
from pynamodb.exceptions import DoesNotExist
from pynamodb.transactions import TransactWrite

from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound, Rejected
from chalicelib.runtime.tables import bind, translated
from chalicelib.tracking.leads import records
from chalicelib.tracking.leads.qualifying import MOST_IN_CART, Quality, Rules
from chalicelib.tracking.pools.leases import millis, stamp
from chalicelib.tracking.store import LONGEST_ID, TrackingRow, unchanged, versioned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from pynamodb.expressions.condition import Condition

    from chalicelib.tracking.leads.leads import Lead

LEAD: Final = "lead"
RULES: Final = "rules"
QUALITY: Final = "quality"
# Prospects' data are kept for three years after the last contact that came from them (CNIL,
# "référentiel relatif à la gestion des activités commerciales", 2022).
KEPT: Final = timedelta(days=3 * 365)
# A lead was merged into one that was merged itself: nobody does so without end.
MOST_HOPS: Final = 10
MOST_MOVED: Final = 90  # DynamoDB takes 100 rows in a transaction


class LeadRow(TrackingRow):
    """A lead; `facts` is what is not in attributes of its own."""

    account_id = UnicodeAttribute()
    facts = UnicodeAttribute()
    merged_into = UnicodeAttribute(null=True)
    expires_at = TTLAttribute(null=True)


class KnownRow(TrackingRow):
    """Whose an identity is."""

    lead = UnicodeAttribute()
    expires_at = TTLAttribute(null=True)


class RulesRow(TrackingRow):
    """An account's rules. `most_cents` is the largest cart that it believes."""

    rules = JSONAttribute()
    most_cents = NumberAttribute(default=MOST_IN_CART)


class QualityRow(TrackingRow):
    """What a call is worth. `said`: a person says so."""

    account_id = UnicodeAttribute()
    qualified = BooleanAttribute(null=True)
    value_cents = NumberAttribute(default=0)
    currency = UnicodeAttribute(default="EUR")
    rule = UnicodeAttribute(null=True)
    said = BooleanAttribute(default=False)
    expires_at = TTLAttribute(null=True)


class LeadStore:
    """The ports `Leads` and `Qualities`."""

    def __init__(self, table_name: str) -> None:
        for row in (LeadRow, KnownRow, RulesRow, QualityRow):
            bind(row, table_name)

    def find(self, account_id: str, identities: Iterable[str]) -> dict[str, str]:
        """Return whose identities are."""
        keys = {_known_key(account_id, name): name for name in identities}
        with translated("find leads", account_id=account_id):
            rows = list(KnownRow.batch_get(list(keys), consistent_read=True)) if keys else []
        return {keys[row.pk, row.sk]: row.lead for row in rows}

    def leads(self, account_id: str, lead_ids: Iterable[str]) -> dict[str, Lead]:
        """Return some leads, with one read for each merger that lies between."""
        places = {lead_id: lead_id for lead_id in lead_ids}
        rows: dict[str, LeadRow] = {}
        for _ in range(MOST_HOPS):
            missing = set(places.values()) - rows.keys()
            if missing:
                rows |= self._rows(account_id, missing)
            further = {asked: _next(rows, at) for asked, at in places.items()}
            if further == places:
                break
            places = further
        return {asked: _lead(rows[at]) for asked, at in places.items() if at in rows}

    def lead(self, account_id: str, lead_id: str) -> Lead:
        """Return a lead."""
        if len(lead_id) <= LONGEST_ID:  # a longer one is no id of ours, and no key of DynamoDB's
            found = self.leads(account_id, [lead_id])
            if lead_id in found:
                return found[lead_id]
        raise NotFound("no such lead")

    def save(self, *leads: Lead, moved: Mapping[str, str] | None = None) -> None:
        """Store leads, and whose identities are."""
        changes = moved or {}
        if len(changes) > MOST_MOVED:
            raise Rejected("too many interactions at once: split in several steps", most=MOST_MOVED)
        owner = leads[-1] if leads[-1].merged_into is None else leads[0]
        with (
            translated("save leads", lead_id=leads[0].id),
            TransactWrite(connection=LeadRow._get_connection().connection) as transaction,
        ):
            for lead in leads:
                transaction.save(_row(lead), condition=unchanged(lead.version))
            for name, before in changes.items():
                row = KnownRow(*_known_key(owner.account_id, name), lead=owner.id)
                row.expires_at = owner.last_at + KEPT
                same: Condition = KnownRow.lead == before if before else ~KnownRow.pk.exists()
                transaction.save(row, condition=same)

    def delete(self, lead: Lead) -> None:
        """Forget whom identities name, then the lead: if it fails half way, do it again."""
        with translated("forget lead", lead_id=lead.id):
            self.let_go(lead, lead.identities)
            LeadRow(_pk(lead.id), LEAD).delete()

    def let_go(self, lead: Lead, identities: Iterable[str]) -> None:
        """Forget whose some identities are: those that lead to this lead, or to none."""
        owners = self.find(lead.account_id, identities)
        found = self.leads(lead.account_id, owners.values())
        mine = [name for name, at in owners.items() if at not in found or found[at].id == lead.id]
        with (
            translated("let go of identities", lead_id=lead.id),
            KnownRow.batch_write() as batch,
        ):
            for name in mine:
                batch.delete(KnownRow(*_known_key(lead.account_id, name)))

    def page(
        self,
        account_id: str,
        limit: int,
        after: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Page[Lead]:
        """Return leads, newest first."""
        owner = _owner(account_id)
        first = "0" if since is None else stamp(millis(since))
        last = "9" if until is None else stamp(millis(until) - 1) + "~"
        start = None if after is None else _position(owner, after)
        with translated("list leads", account_id=account_id):
            found = LeadRow.by_account.query(
                owner,
                LeadRow.account_sk.between(first, last),
                limit=limit,
                last_evaluated_key=start,
                scan_index_forward=False,
            )
            items = tuple(_lead(cast("LeadRow", row)) for row in found)
        key = found.last_evaluated_key
        return Page(items, None if key is None else str(key["account_sk"]["S"]))

    def rules(self, account_id: str) -> Rules:
        """Return an account's rules."""
        try:
            with translated("load rules of leads", account_id=account_id):
                row = RulesRow.get(_rules_key(account_id), RULES, consistent_read=True)
        except NotFound:
            return Rules(account_id=account_id)
        read = tuple(map(records.read_rule, row.rules))
        return Rules(
            account_id=account_id,
            rules=read,
            most_cents=int(row.most_cents),
            version=int(row.version or 0),
        )

    def save_rules(self, rules: Rules) -> Rules:
        """Store rules."""
        row = RulesRow(_rules_key(rules.account_id), RULES, version=rules.version + 1)
        row.rules = [records.write_rule(each) for each in rules.rules]
        row.most_cents = rules.most_cents
        with versioned(), translated("save rules of leads", account_id=rules.account_id):
            row.save(condition=unchanged(rules.version))
        return replace(rules, version=rules.version + 1)

    def quality(self, account_id: str, call_id: str) -> Quality | None:
        """Return what a call is worth."""
        with translated("load quality", call_id=call_id):
            try:
                row = QualityRow.get(f"call#{call_id}", QUALITY, consistent_read=True)
            except DoesNotExist:
                return None
        return _quality(row) if row.account_id == account_id else None

    def qualities(self, account_id: str, call_ids: Iterable[str]) -> dict[str, Quality]:
        """Return what calls are worth, of at most a hundred."""
        keys = [(f"call#{each}", QUALITY) for each in call_ids]
        with translated("load qualities", account_id=account_id):
            found = list(QualityRow.batch_get(keys)) if keys else []
        mine = (row for row in found if row.account_id == account_id)
        return {row.pk.partition("#")[2]: _quality(row) for row in mine}

    def keep(
        self, account_id: str, call_id: str, quality: Quality, at: datetime, *, said: bool
    ) -> Quality:
        """Store what a call is worth."""
        row = QualityRow(
            f"call#{call_id}",
            QUALITY,
            account_id=account_id,
            qualified=quality.qualified,
            value_cents=quality.cents,
            rule=quality.rule,
            said=said,
            expires_at=at + KEPT,
        )
        unsaid = QualityRow.pk.does_not_exist() | (QualityRow.said == False)  # noqa: E712
        try:
            with translated("keep quality", call_id=call_id):
                row.save(condition=None if said else unsaid)
        except Conflict:
            return self.quality(account_id, call_id) or quality
        return quality

    def take_back(self, account_id: str, call_id: str) -> None:
        """Forget what a person said of a call."""
        mine = (QualityRow.account_id == account_id) & (QualityRow.said == True)  # noqa: E712
        with suppress(Conflict), translated("take back quality", call_id=call_id):
            QualityRow(f"call#{call_id}", QUALITY).delete(condition=mine)

    def _rows(self, account_id: str, lead_ids: Iterable[str]) -> dict[str, LeadRow]:
        keys = [(_pk(each), LEAD) for each in lead_ids]
        with translated("load leads", account_id=account_id):
            found = list(LeadRow.batch_get(keys, consistent_read=True))
        return {row.pk.partition("#")[2]: row for row in found if row.account_id == account_id}


def _next(rows: Mapping[str, LeadRow], lead_id: str) -> str:
    row = rows.get(lead_id)
    return lead_id if row is None or row.merged_into is None else row.merged_into


def _pk(lead_id: str) -> str:
    return f"lead#{lead_id}"


def _known_key(account_id: str, identity: str) -> tuple[str, str]:
    return f"known#{account_id}#{identity}", LEAD


def _rules_key(account_id: str) -> str:
    return f"leads#{account_id}"


def _owner(account_id: str) -> str:
    return f"{account_id}#leads"


def _position(owner: str, after: str) -> dict[str, dict[str, str]]:
    lead_id = after.partition("#")[2]
    key = {"pk": _pk(lead_id), "sk": LEAD, "account_pk": owner, "account_sk": after}
    return {name: {"S": value} for name, value in key.items()}


def _row(lead: Lead) -> LeadRow:
    row = LeadRow(
        pk=_pk(lead.id),
        sk=LEAD,
        account_id=lead.account_id,
        facts=records.write_lead(lead if lead.merged_into is None else _emptied(lead)),
        merged_into=lead.merged_into,
        expires_at=lead.last_at + KEPT,
        version=lead.version + 1,
    )
    if lead.merged_into is None:
        row.account_pk = _owner(lead.account_id)
        row.account_sk = f"{stamp(millis(lead.last_at))}#{lead.id}"
    return row


def _emptied(lead: Lead) -> Lead:
    """Return what stays of a lead that is another by now: nothing of a person."""
    return type(lead)(id=lead.id, account_id=lead.account_id)


def _lead(row: LeadRow) -> Lead:
    return records.read_lead(
        row.facts,
        lead_id=row.pk.partition("#")[2],
        account_id=row.account_id,
        version=int(row.version or 0),
        merged_into=row.merged_into,
    )


def _quality(row: Any) -> Quality:
    return Quality(qualified=row.qualified, cents=int(row.value_cents), rule=row.rule)
