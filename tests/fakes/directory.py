"""The directory and two views of a carrier, in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from chalicelib.directory import ports
from chalicelib.kernel.errors import Conflict, NotFound, Rejected, Stale, Unavailable
from chalicelib.runtime.gateway import CarrierCall, CarrierNumber

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from chalicelib.directory.accounts import Account
    from chalicelib.directory.keys import Key
    from chalicelib.directory.lines import Line
    from chalicelib.runtime.gateway import (
        CallOrder,
        CarrierText,
        TextOrder,
        WebhookUrls,
    )

ItemT = TypeVar("ItemT")


class DirectoryInMemory:
    """Every port of the directory. `down = True` makes it as unavailable as a throttled table."""

    def __init__(self) -> None:
        self.down = False
        self.copies = 0  # how many lines were told of their account
        self._accounts: dict[str, Account] = {}
        self._keys: dict[str, Key] = {}
        self._lines: dict[str, Line] = {}
        self._first: str | None = None

    def account(self, account_id: str) -> Account:
        return self._found(self._accounts, account_id)

    def clients(self, agency_id: str, limit: int, after: str | None = None) -> ports.Page[Account]:
        mine = {a.id: a for a in self._accounts.values() if a.parent_id == agency_id}
        return self._page(mine, limit, after)

    def add_account(self, account: Account) -> Account:
        self._answer()
        if account.id in self._accounts:
            raise Conflict("taken")
        self._accounts[account.id] = replace(account, version=1)
        return self._accounts[account.id]

    def save_account(self, account: Account) -> Account:
        self._check(self._accounts, account.id, account.version)
        self._accounts[account.id] = replace(account, version=account.version + 1)
        return self._accounts[account.id]

    def key(self, key_id: str) -> Key:
        return self._found(self._keys, key_id)

    def keys(self, account_id: str, limit: int, after: str | None = None) -> ports.Page[Key]:
        mine = {k.id: k for k in self._keys.values() if k.account_id == account_id}
        return self._page(mine, limit, after)

    def add_key(self, key: Key) -> None:
        self._answer()
        if key.id in self._keys:
            raise Conflict("taken")
        self._keys[key.id] = key

    def revoke_key(self, key: Key) -> None:
        if key.revoked_at is not None:
            self._keys[key.id] = self.key(key.id).revoked(key.revoked_at)

    def line(self, number: str) -> Line:
        return self._found(self._lines, number)

    def lines(self, account_id: str, limit: int, after: str | None = None) -> ports.Page[Line]:
        mine = {n: each for n, each in self._lines.items() if each.account_id == account_id}
        return self._page(mine, limit, after)

    def lines_of_flow(self, account_id: str, flow_id: str) -> tuple[ports.Attached, ...]:
        self._answer()
        return tuple(
            ports.Attached(number, line.notice)
            for number, line in sorted(self._lines.items())
            if (line.account_id, line.answers_with) == (account_id, flow_id)
        )

    def put_line(self, line: Line, account: Account) -> Line:
        self._answer()
        stored, known = self._accounts[account.id], self._lines.get(line.number)
        same = known.version == line.version if known else line.version == 0
        if not (same and stored.active and stored.version == account.version):
            raise Conflict("changed meanwhile")
        self._lines[line.number] = replace(
            line, account_active=True, log_shards=account.log_shards, version=line.version + 1
        )
        return self._lines[line.number]

    def save_line(self, line: Line) -> Line:
        self._check(self._lines, line.number, line.version)
        copied = self._lines[line.number]
        stored = replace(line, version=line.version + 1)
        self._lines[line.number] = replace(
            stored, account_active=copied.account_active, log_shards=copied.log_shards
        )
        return stored

    def drop_line(self, line: Line) -> None:
        self._check(self._lines, line.number, line.version)
        del self._lines[line.number]

    def copy_account(self, account: Account, line: Line) -> None:
        self._answer()
        known = self._lines.get(line.number)
        if known is not None and known.account_id == account.id:
            self.copies += 1
            self._lines[line.number] = replace(
                known, account_active=account.active, log_shards=account.log_shards
            )

    def founded(self) -> str | None:
        self._answer()
        return self._first

    def found(self, account: Account, key: Key) -> None:
        if self.founded() is not None:
            raise Conflict("there is one")
        self.add_account(account)
        self.add_key(key)
        self._first = account.id

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the directory is down")

    def _found(self, kept: Mapping[str, ItemT], item_id: str) -> ItemT:
        self._answer()
        if item_id not in kept:
            raise NotFound("no such row")
        return kept[item_id]

    def _check(self, kept: Mapping[str, Account | Line], item_id: str, version: int) -> None:
        self._answer()
        if item_id not in kept or kept[item_id].version != version:
            raise Stale("changed meanwhile")

    def _page(self, mine: Mapping[str, ItemT], limit: int, after: str | None) -> ports.Page[ItemT]:
        self._answer()
        ids = sorted(each for each in mine if after is None or each > after)
        more = ids[limit - 1] if len(ids) > limit else None
        return ports.Page(tuple(mine[each] for each in ids[:limit]), more)


class CarrierInMemory:
    """The `SellsNumbers` port: what we hold, where it points, and what was spent.

    `lose_answer = True` buys the next number and then fails, as a slow REST API does.
    """

    def __init__(self, *, held: Iterable[str] = (), sold_out: Iterable[str] = ()) -> None:
        self.down = False
        self.lose_answer = False
        self.bought: list[str] = []
        self.pointed: dict[str, str | None] = {}
        self.held = {number: f"PN{number}" for number in held}
        self._sold_out = set(sold_out)

    def owned(self, number: str | None = None) -> Iterator[ports.Held]:
        self._answer()
        for each, carrier_id in list(self.held.items()):
            if number in (None, each):
                yield ports.Held(each, carrier_id)

    def buy(self, number: str, fallback: str | None) -> ports.Held:
        self._answer()
        if number in self._sold_out:
            raise Rejected("not for sale")
        if number not in self.held:
            self.held[number] = f"PN{number}"
            self.bought.append(number)
        self.point(self.held[number], fallback)
        if self.lose_answer:
            self.lose_answer = False
            raise Unavailable("no answer")
        return ports.Held(number, self.held[number])

    def point(self, carrier_id: str, fallback: str | None) -> None:
        self._answer()
        self.pointed[carrier_id] = fallback

    def release(self, carrier_id: str) -> None:
        self._answer()
        self.held = {n: each for n, each in self.held.items() if each != carrier_id}

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the carrier is down")


class CarrierOfUrls:
    """The `Carrier` port of `runtime.gateway`, as far as numbers go."""

    def __init__(self, *, for_sale: Iterable[str] = (), down: bool = False) -> None:
        self.for_sale = tuple(for_sale)
        self.down = down
        self.heard: list[WebhookUrls] = []
        self.placed: list[CallOrder] = []
        self._held: dict[str, CarrierNumber] = {}

    def search(self, kind: str, contains: str | None, limit: int) -> list[CarrierNumber]:
        self._answer()
        found = [number for number in self.for_sale if (contains or "").strip("*") in number]
        return [CarrierNumber(number=number) for number in found[:limit]]

    def owned(self, number: str | None = None) -> Iterator[CarrierNumber]:
        self._answer()
        yield from [each for each in self._held.values() if number in (None, each.number)]

    def buy(self, number: str, urls: WebhookUrls) -> CarrierNumber:
        self._answer()
        self.heard.append(urls)
        return self._held.setdefault(number, CarrierNumber(number, carrier_id=f"PN{number}"))

    def point(self, carrier_id: str, urls: WebhookUrls) -> None:
        self._answer()
        self.heard.append(urls)

    def release(self, carrier_id: str) -> None:
        self._answer()
        self._held = {n: each for n, each in self._held.items() if each.carrier_id != carrier_id}

    def place_call(self, order: CallOrder, *, retry: bool = False) -> CarrierCall:
        """Ring somebody; with `retry` not again who was rung for this order already."""
        self._answer()
        found = [each for each in self.placed if retry and each.url == order.url]
        if not found:
            self.placed.append(order)
        number = self.placed.index(found[0] if found else order)
        return CarrierCall(f"CA{number:032}", order.to, order.from_, "queued", None, None)

    def find_calls(self, order: CallOrder) -> list[CarrierCall]:
        self._answer()
        return [self.place_call(order, retry=True)] if order in self.placed else []

    def hang_up(self, call_id: str) -> None:
        self._answer()

    def redirect(self, call_id: str, url: str) -> None:
        self._answer()

    def call(self, call_id: str) -> CarrierCall:
        raise NotFound("no calls here", call_id=call_id)

    def legs(self, call_id: str) -> list[CarrierCall]:
        self._answer()
        return []

    def send_text(self, order: TextOrder, *, retry: bool = False) -> CarrierText:
        raise NotFound("no text messages here")

    def recording(self, recording_id: str) -> bytes:
        self._answer()
        return b"RIFF"

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("the carrier is down")
