"""Floors, what was on them, and what reports count, on the table `desk`.

A floor is one partition, read whole with one consistent Query. A change is one conditional write,
a transaction where it touches several rows. What is over is in other partitions, so that a floor
holds only what is going on.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from pynamodb.attributes import NumberAttribute, TTLAttribute, UnicodeAttribute
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.desk.agents import Agent
from chalicelib.desk.callbacks import REMEMBERED, Callback
from chalicelib.desk.floor import Floor
from chalicelib.desk.queues import Queue
from chalicelib.desk.records import DOING, SAID, read, written
from chalicelib.desk.tickets import Past, Ticket
from chalicelib.desk.visits import Asked, Visit, asked_of
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime.tables import TableMeta, bind, translated

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from pynamodb.expressions.condition import Condition

    from chalicelib.desk.floor import Change, Thing

    Write = Callable[[Any], None]  # given a transaction, or whatever writes at once

AWAITED: Final = "awaited"
DAY: Final = timedelta(days=1)
_KINDS: Final = {"queue": Queue, "agent": Agent, "ticket": Ticket, "callback": Callback}


class DeskRow(Model):
    """Any row of the table. `facts` is what is said of a thing, `doing` what it is at, as JSON."""

    class Meta(TableMeta):
        table = "desk"

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    version = NumberAttribute(null=True)
    facts = UnicodeAttribute(null=True)
    revision = NumberAttribute(null=True)
    doing = UnicodeAttribute(null=True)
    events = NumberAttribute(null=True)
    stamp = UnicodeAttribute(null=True)
    expires_at = TTLAttribute(null=True)


class DeskStore:
    """Every port of the desk's storage."""

    def __init__(self, table_name: str) -> None:
        bind(DeskRow, table_name)

    def floor(self, account_id: str) -> Floor:
        """Read a floor."""
        found: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS}
        with translated("read floor", account_id=account_id):
            for row in DeskRow.query(_floor(account_id), consistent_read=True):
                kind, _, name = row.sk.partition("#")
                key = row.sk if kind in ("ticket", "callback") else name
                found[kind][key] = _thing(kind, row)
        return Floor(account_id, found["queue"], found["agent"], found["ticket"], found["callback"])

    def apply(self, account_id: str, change: Change) -> None:
        """Store a change, at once or not at all."""
        writes = [
            *(write for each in change.saves for write in _saving(account_id, each)),
            *(write for each in change.drops for write in _dropping(account_id, each)),
            *(_put(_past_row(account_id, each)) for each in change.pasts),
        ]
        with translated("change the floor", account_id=account_id):
            if len(writes) == 1:
                writes[0](_AtOnce())
                return
            with TransactWrite(connection=DeskRow._get_connection().connection) as transaction:
                for write in writes:
                    write(transaction)

    def past(self, account_id: str, queue: str, call_id: str) -> Past | None:
        """Return a place that was given up, with one GetItem."""
        try:
            with translated("load place", account_id=account_id):
                row = DeskRow.get(*_past_key(account_id, queue, call_id), consistent_read=True)
        except NotFound:
            return None
        return read(Past, row.facts)

    def save_queue(self, account_id: str, queue: Queue) -> Queue:
        """Put a queue."""
        row = DeskRow(
            pk=_floor(account_id),
            sk=f"queue#{queue.name}",
            version=queue.version + 1,
            facts=written(queue),
        )
        with translated("save queue", account_id=account_id):
            row.save(condition=_versioned(queue.version))
        return read(Queue, row.facts, version=queue.version + 1)

    def drop_queue(self, account_id: str, name: str) -> None:
        """Delete a queue."""
        with translated("drop queue", account_id=account_id):
            DeskRow(_floor(account_id), f"queue#{name}").delete()

    def save_agent(self, account_id: str, agent: Agent) -> Agent:
        """Put an agent, as long as neither what is said of them nor what they do has changed."""
        row = DeskRow(
            pk=_floor(account_id),
            sk=f"agent#{agent.id}",
            version=agent.version + 1,
            facts=written(agent, SAID),
            revision=agent.revision + 1,
            doing=written(agent, DOING),
        )
        unchanged = _versioned(agent.version)
        if agent.version:
            unchanged = unchanged & (DeskRow.revision == agent.revision)
        with translated("save agent", account_id=account_id):
            row.save(condition=unchanged)
        return _agent(row)

    def drop_agent(self, account_id: str, agent_id: str) -> None:
        """Delete an agent."""
        with translated("drop agent", account_id=account_id):
            DeskRow(_floor(account_id), f"agent#{agent_id}").delete()

    def over(self, account_id: str, callback_id: str) -> Callback:
        """Return a callback that is over."""
        with translated("load callback", account_id=account_id):
            row = DeskRow.get(_history(account_id), callback_id, consistent_read=True)
        return read(Callback, row.doing, revision=int(row.revision or 0))

    def history(self, account_id: str, limit: int, after: str | None = None) -> Page[Callback]:
        """Return callbacks that are over."""
        pk = _history(account_id)
        start = None if after is None else {"pk": {"S": pk}, "sk": {"S": after}}
        with translated("list callbacks", account_id=account_id):
            found = DeskRow.query(pk, limit=limit, last_evaluated_key=start)
            items = tuple(
                read(Callback, row.doing, revision=int(row.revision or 0)) for row in found
            )
        last = found.last_evaluated_key
        return Page(items, None if last is None else str(last["sk"]["S"]))

    def awaited(self) -> Iterator[tuple[str, str]]:
        """Read which accounts have callbacks, a row each."""
        with translated("list accounts with callbacks"):
            for row in DeskRow.query(AWAITED):
                yield row.sk, str(row.stamp)

    def settle(self, account_id: str, stamp: str) -> None:
        """Delete an account's row, unless a callback came since."""
        with suppress(Conflict), translated("settle callbacks", account_id=account_id):
            DeskRow(AWAITED, account_id).delete(condition=DeskRow.stamp == stamp)

    def put_visit(self, account_id: str, shard: int, visit: Visit) -> None:
        """Put a visit, unless it was told when more of its call was known."""
        row = DeskRow(
            pk=_day(account_id, visit.day, str(shard)),
            sk=f"{visit.call_id}#{visit.id}",
            facts=written(visit),
            events=visit.events,
        )
        older: Condition = DeskRow.events.does_not_exist() | (DeskRow.events <= visit.events)
        with suppress(Conflict), translated("put visit", call_id=visit.call_id):
            row.save(condition=older)

    def visits(self, account_id: str, day: date, shards: int) -> Iterator[Visit]:
        """Read a day's visits from every shard."""
        for shard in range(shards):
            with translated("read visits", account_id=account_id):
                for row in DeskRow.query(_day(account_id, day, str(shard))):
                    yield read(Visit, row.facts)

    def asked(self, account_id: str, day: date) -> Iterator[Asked]:
        """Read the callbacks asked for on a day."""
        with translated("read callbacks of a day", account_id=account_id):
            for row in DeskRow.query(_day(account_id, day, "asked")):
                yield read(Asked, row.facts)


class _AtOnce:
    """Writes one row as a transaction would, for half the price."""

    def save(self, row: DeskRow, condition: Condition | None = None) -> None:
        row.save(condition=condition)

    def update(self, row: DeskRow, actions: list[Any], condition: Condition) -> None:
        row.update(actions=actions, condition=condition)

    def delete(self, row: DeskRow, condition: Condition) -> None:
        row.delete(condition=condition)


def _saving(account_id: str, thing: Thing) -> Iterator[Write]:
    if isinstance(thing, Agent):
        yield _doing(account_id, thing)
        return
    row = DeskRow(
        pk=_floor(account_id),
        sk=thing.key,
        revision=thing.revision + 1,
        doing=written(thing),
    )
    if isinstance(thing, Ticket):
        row.expires_at = thing.until + DAY
    yield _put(row, _revised(thing.revision))
    if isinstance(thing, Callback):
        yield _put(_asked_row(account_id, thing))
        if not thing.revision:
            stamp = thing.asked_at.isoformat()
            yield _put(DeskRow(pk=AWAITED, sk=account_id, stamp=stamp))


def _dropping(account_id: str, thing: Ticket | Callback) -> Iterator[Write]:
    row = DeskRow(_floor(account_id), thing.key)
    yield lambda to: to.delete(row, condition=DeskRow.revision == thing.revision)
    if isinstance(thing, Callback):
        yield _put(_asked_row(account_id, thing))
        yield _put(
            DeskRow(
                pk=_history(account_id),
                sk=thing.id,
                revision=thing.revision + 1,
                doing=written(thing),
                expires_at=(thing.ended_at or thing.asked_at) + REMEMBERED,
            )
        )


def _doing(account_id: str, agent: Agent) -> Write:
    row = DeskRow(_floor(account_id), f"agent#{agent.id}")
    actions = [
        DeskRow.doing.set(written(agent, DOING)),
        DeskRow.revision.set(agent.revision + 1),
    ]
    return partial(_update, row, actions, DeskRow.revision == agent.revision)


def _update(row: DeskRow, actions: list[Any], condition: Condition, to: Any) -> None:
    to.update(row, actions=actions, condition=condition)


def _put(row: DeskRow, condition: Condition | None = None) -> Write:
    return lambda to: to.save(row, condition=condition)


def _asked_row(account_id: str, callback: Callback) -> DeskRow:
    asked = asked_of(callback)
    pk = _day(account_id, asked.day, "asked")
    return DeskRow(pk=pk, sk=callback.id, facts=written(asked))


def _past_row(account_id: str, past: Past) -> DeskRow:
    pk, sk = _past_key(account_id, past.queue, past.call_id)
    return DeskRow(pk=pk, sk=sk, facts=written(past), expires_at=DAY)


def _past_key(account_id: str, queue: str, call_id: str) -> tuple[str, str]:
    return f"past#{account_id}", f"{queue}#{call_id}"


def _floor(account_id: str) -> str:
    return f"floor#{account_id}"


def _history(account_id: str) -> str:
    return f"callbacks#{account_id}"


def _day(account_id: str, day: date, part: str) -> str:
    return f"day#{account_id}#{day.isoformat()}#{part}"


def _versioned(version: int) -> Condition:
    same: Condition = DeskRow.version == version if version else DeskRow.pk.does_not_exist()
    return same


def _revised(revision: int) -> Condition:
    same: Condition = DeskRow.revision == revision if revision else DeskRow.pk.does_not_exist()
    return same


def _thing(kind: str, row: DeskRow) -> Any:
    if kind == "agent":
        return _agent(row)
    if kind == "queue":
        return read(Queue, str(row.facts), version=int(row.version or 0))
    return read(_KINDS[kind], str(row.doing), revision=int(row.revision or 0))


def _agent(row: DeskRow) -> Agent:
    return read(
        Agent,
        str(row.facts),
        str(row.doing),
        version=int(row.version or 0),
        revision=int(row.revision or 0),
    )
