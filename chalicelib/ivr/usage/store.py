"""What flows use, on the table `ivr`: a row a flow with all it uses, a row a thing with its flows.

The thing's row decides: holding adds the flow unless the thing is gone, retiring marks it gone
unless a flow is there. The flow's row is written before things are held and after they are let
go, so that whatever fails in between is found, and put right, by the next publishing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from pynamodb.attributes import (
    BooleanAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    UTCDateTimeAttribute,
)

from chalicelib.ivr.store import IvrRow
from chalicelib.ivr.usage import LONGEST_CALL, LONGEST_HOLD, Gone, InUse, Kind, Use, User
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import bind, translated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pynamodb.expressions.condition import Condition
    from pynamodb.expressions.update import Action

    Thing = tuple[str, str]  # kind, id

USES: Final = "uses"
THING: Final = "use"
ATTEMPTS: Final = 4
MOST_NAMED: Final = 20  # flows in one answer


class UsesRow(IvrRow):
    """All that a flow uses. `held` are the things whose rows may name the flow, since when."""

    revision = NumberAttribute()
    version = NumberAttribute()
    uses = UnicodeAttribute()
    held = UnicodeAttribute()


class ThingRow(IvrRow):
    """The flows that use a thing; or that it is gone."""

    flows = UnicodeSetAttribute(null=True)
    released_at = UTCDateTimeAttribute(null=True)
    gone = BooleanAttribute(null=True)


@dataclass(frozen=True, slots=True)
class _Uses:
    """A flow's row as values. `revision` 0 is a row that is not there yet."""

    account_id: str
    flow_id: str
    revision: int = 0
    version: int = 0
    uses: tuple[Use, ...] = ()
    held: dict[Thing, datetime] = field(default_factory=dict)

    @property
    def settled(self) -> set[Thing]:
        """The things whose rows are known to name the flow."""
        return _things(self.uses)


class UsageStore:
    """The port `Usage`."""

    def __init__(self, table_name: str) -> None:
        for row in (UsesRow, ThingRow):
            bind(row, table_name)

    def hold(self, account_id: str, flow_id: str, uses: Iterable[Use], now: datetime) -> None:
        """Name the flow in the row of each thing that it does not use already."""
        wanted = tuple(uses)
        for attempt in range(ATTEMPTS):
            known = self._load(account_id, flow_id)
            fresh = _things(wanted) - known.settled
            if not fresh:
                return
            try:
                self._save(replace(known, held={**known.held, **dict.fromkeys(fresh, now)}))
                break
            except Conflict:
                if attempt + 1 == ATTEMPTS:
                    raise
        gone = {thing for thing in sorted(fresh) if not self._held(account_id, flow_id, thing)}
        if gone:
            raise Gone(each for each in wanted if (each.kind, each.id) in gone)

    def record_usage(
        self, account_id: str, flow_id: str, uses: Iterable[Use], *, version: int, now: datetime
    ) -> None:
        """Hold what is used, let go what is not, and keep where each thing is used."""
        wanted = tuple(sorted(set(uses)))
        self.hold(account_id, flow_id, wanted, now)
        for attempt in range(ATTEMPTS):
            known = self._load(account_id, flow_id)
            if known.version > version:
                return
            over = _over(known, _things(wanted), now)
            kept = {thing: at for thing, at in known.held.items() if thing not in over}
            try:
                # The row goes on naming what is to be let go, as lapsed, until it has been.
                lapsing = {**known.held, **dict.fromkeys(over, now - 2 * LONGEST_HOLD)}
                self._save(replace(known, version=version, uses=wanted, held=lapsing))
                break
            except Conflict:
                if attempt + 1 == ATTEMPTS:
                    raise
        for thing in sorted(over):
            self._let_go(account_id, flow_id, thing, now)
        settled = replace(
            known, revision=known.revision + 1, version=version, uses=wanted, held=kept
        )
        if over:
            try:
                self._save(settled)
            except Conflict:
                return  # a later publishing is at work, and will find what is over again

    def users(self, account_id: str, kind: Kind, id: str) -> tuple[User, ...]:
        """Return every place in published flows that names the thing."""
        row = self._thing(account_id, (kind, id))
        flows = sorted(row.flows or ()) if row is not None else []
        return tuple(
            User(flow_id, pointer)
            for flow_id in flows[:MOST_NAMED]
            for pointer in self._pointers(account_id, flow_id, (kind, id))
        )

    def retire(self, account_id: str, kind: Kind, id: str, now: datetime) -> None:
        """Mark the thing as gone, unless a flow is named in its row or was until just now."""
        unused: Condition = ThingRow.flows.does_not_exist()
        long_ago: Condition = ThingRow.released_at.does_not_exist()
        long_ago = long_ago | (ThingRow.released_at <= now - LONGEST_CALL)
        row = ThingRow(_pk(account_id, (kind, id)), THING)
        actions: list[Action] = [ThingRow.gone.set(True), ThingRow.account_id.set(account_id)]
        try:
            with translated("retire", kind=kind, id=id):
                row.update(actions=actions, condition=unused & long_ago)
        except Conflict:
            users = self.users(account_id, kind, id)
            thing = self._thing(account_id, (kind, id))
            if not users and thing is not None and thing.released_at is not None:
                raise InUse.until(kind, id, thing.released_at + LONGEST_CALL) from None
            raise InUse.by(kind, id, users) from None

    def admit(self, account_id: str, kind: Kind, id: str) -> None:
        """Forget that the thing is gone."""
        row = ThingRow(_pk(account_id, (kind, id)), THING)
        actions: list[Action] = [ThingRow.gone.remove(), ThingRow.account_id.set(account_id)]
        with translated("admit", kind=kind, id=id):
            row.update(actions=actions)

    def _held(self, account_id: str, flow_id: str, thing: Thing) -> bool:
        row = ThingRow(_pk(account_id, thing), THING)
        actions: list[Action] = [ThingRow.flows.add({flow_id}), ThingRow.account_id.set(account_id)]
        try:
            with translated("hold", flow_id=flow_id, kind=thing[0], id=thing[1]):
                row.update(actions=actions, condition=ThingRow.gone.does_not_exist())
        except Conflict:
            return False
        return True

    def _let_go(self, account_id: str, flow_id: str, thing: Thing, now: datetime) -> None:
        row = ThingRow(_pk(account_id, thing), THING)
        actions: list[Action] = [ThingRow.flows.delete({flow_id}), ThingRow.released_at.set(now)]
        try:
            with translated("let go", flow_id=flow_id, kind=thing[0], id=thing[1]):
                row.update(actions=actions, condition=ThingRow.flows.contains(flow_id))
        except Conflict:
            return  # it was let go already

    def _thing(self, account_id: str, thing: Thing) -> ThingRow | None:
        try:
            with translated("load use", kind=thing[0], id=thing[1]):
                return ThingRow.get(_pk(account_id, thing), THING, consistent_read=True)
        except NotFound:
            return None

    def _pointers(self, account_id: str, flow_id: str, thing: Thing) -> tuple[str, ...]:
        uses = self._load(account_id, flow_id).uses
        # A flow that is being published holds things before it is known where it uses them.
        return tuple(each.pointer for each in uses if (each.kind, each.id) == thing) or ("",)

    def _load(self, account_id: str, flow_id: str) -> _Uses:
        try:
            with translated("load uses", flow_id=flow_id):
                row = UsesRow.get(f"flow#{flow_id}", USES, consistent_read=True)
        except NotFound:
            return _Uses(account_id, flow_id)
        if row.account_id != account_id:
            raise NotFound("no such flow", flow_id=flow_id)
        return _Uses(
            account_id=account_id,
            flow_id=flow_id,
            revision=int(row.revision),
            version=int(row.version),
            uses=tuple(Use(Kind(kind), id, at) for kind, id, at in json.loads(row.uses)),
            held={(kind, id): datetime.fromisoformat(at) for kind, id, at in json.loads(row.held)},
        )

    def _save(self, uses: _Uses) -> None:
        row = UsesRow(
            pk=f"flow#{uses.flow_id}",
            sk=USES,
            account_id=uses.account_id,
            revision=uses.revision + 1,
            version=uses.version,
            uses=json.dumps([(each.kind, each.id, each.pointer) for each in uses.uses]),
            held=json.dumps([(*thing, at.isoformat()) for thing, at in uses.held.items()]),
        )
        unchanged: Condition = UsesRow.pk.does_not_exist()
        if uses.revision:
            unchanged = UsesRow.revision == uses.revision
        with translated("save uses", flow_id=uses.flow_id):
            row.save(condition=unchanged)


def _over(known: _Uses, wanted: set[Thing], now: datetime) -> set[Thing]:
    """Return what the flow used before, and what was held for a publishing that never came."""
    lapsed = {thing for thing, at in known.held.items() if now - at > LONGEST_HOLD}
    return (known.settled | lapsed) - wanted


def _things(uses: Iterable[Use]) -> set[Thing]:
    return {(each.kind.value, each.id) for each in uses}


def _pk(account_id: str, thing: Thing) -> str:
    kind, id = thing
    return f"use#{account_id}#{Kind(kind).value}#{id}"
