"""Ledgers and do-not-call lists, in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.campaigns.consents.consents import Consent, Withdrawal
from chalicelib.campaigns.consents.lines import Book, Head, Line, Whose
from chalicelib.campaigns.consents.ports import Ledger
from chalicelib.campaigns.consents.suppressions import Listed, Prefixes, Suppression
from chalicelib.directory.ports import Page
from chalicelib.kernel.errors import Conflict, NotFound, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

Place = tuple[Whose, Book]


class LedgersInMemory:
    """The ports `Ledgers` and `Suppressions`.

    `fails_after` counts requests down; the one after the last is lost: done or not, nobody knows.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.fails_after: int | None = None
        self.fails_done = False
        self.lines: dict[Place, dict[int, tuple[Line, datetime]]] = {}
        self.heads: dict[Place, tuple[Head, datetime]] = {}
        self.numbers: dict[Whose, str] = {}
        self.owners: dict[str, Whose] = {}
        self.stops: dict[tuple[str, str, str], Suppression] = {}
        self.kept: dict[tuple[Whose, str], Withdrawal] = {}
        self.listed: dict[tuple[str, str], list[Listed]] = {}
        self._prefixes: dict[str, Prefixes] = {}

    def ledger(self, whose: Whose, now: datetime) -> Ledger:
        """Return what is not over."""
        self._ask()
        account_id, person = whose.account_id, whose.person
        stops = [each for key, each in self.stops.items() if key[:2] == (account_id, person)]
        return Ledger(
            lines=self._lines((whose, Book.CONSENTS), now),
            head=self._head((whose, Book.CONSENTS), now),
            suppressions=tuple(sorted(stops, key=lambda each: each.scope)),
            kept=tuple(each for (owner, _), each in self.kept.items() if owner == whose),
        )

    def keep(self, whose: Whose, withdrawal: Withdrawal) -> None:
        """Keep the last."""
        self._ask(lambda: self._keep(whose, withdrawal))
        self._keep(whose, withdrawal)

    def append(
        self, whose: Whose, line: Line, *, book: Book = Book.CONSENTS, number: str | None = None
    ) -> None:
        """Add a line."""
        self._ask(lambda: self._append(whose, line, book, number))
        self._append(whose, line, book, number)

    def head(self, whose: Whose, book: Book, now: datetime) -> Head:
        """Return how a ledger ends."""
        self._ask()
        return self._head((whose, book), now)

    def accesses(self, whose: Whose, now: datetime, limit: int) -> tuple[Line, ...]:
        """Return who looked last."""
        self._ask()
        return self._lines((whose, Book.ACCESSES), now)[-limit:]

    def whose(self, account_id: str | None, consent_id: str) -> Whose:
        """Return whose a consent is."""
        self._ask()
        found = self.owners.get(consent_id)
        if found is None or account_id not in (None, found.account_id):
            raise NotFound("no such consent")
        return found

    def number(self, whose: Whose) -> str | None:
        """Return a person's number."""
        self._ask()
        return self.numbers.get(whose)

    def forget(self, whose: Whose, until: datetime) -> None:
        """Forget a number, and let the rest end."""
        self._ask()
        self.numbers.pop(whose, None)
        for book in Book:
            place = (whose, book)
            ended = {seq: (line, until) for seq, (line, _) in self.lines.get(place, {}).items()}
            self.lines[place] = ended
            if place in self.heads:
                self.heads[place] = (self.heads[place][0], until)
        for key, each in self.stops.items():
            if key[:2] == (whose.account_id, whose.person):
                self.stops[key] = replace(each, number=None)

    def suppress(self, account_id: str, entries: Iterable[Suppression]) -> None:
        """Put people on lists."""
        self._ask()
        for each in entries:
            self.stops[account_id, each.person, each.scope] = each
            on = Listed(at=each.since, scope=each.scope, reason=each.reason, by=each.by)
            self.listed.setdefault((account_id, each.person), []).append(on)

    def release(self, account_id: str, person: str, off: Listed) -> None:
        """Take somebody off a list."""
        self._ask()
        if self.stops.pop((account_id, person, off.scope), None) is None:
            raise NotFound("they are not on this list")
        self.listed[account_id, person].append(off)

    def history(self, account_id: str, person: str, limit: int) -> tuple[Listed, ...]:
        """Return what there was."""
        self._ask()
        return tuple(self.listed.get((account_id, person), ())[::-1][:limit])

    def page(self, account_id: str, limit: int, after: str | None) -> Page[Suppression]:
        """Return who is on lists, newest first."""
        self._ask()
        keyed = sorted(
            (
                (f"{int(each.since.timestamp() * 1000):013d}#{each.person}#{each.scope}", each)
                for (owner, _, _), each in self.stops.items()
                if owner == account_id
            ),
            key=lambda pair: pair[0],
            reverse=True,
        )
        left = [pair for pair in keyed if after is None or pair[0] < after]
        following = left[limit - 1][0] if len(left) > limit else None
        return Page(tuple(each for _, each in left[:limit]), following)

    def prefixes(self, account_id: str) -> Prefixes:
        """Return an account's prefixes."""
        self._ask()
        return self._prefixes.get(account_id, Prefixes(account_id=account_id))

    def save_prefixes(self, prefixes: Prefixes) -> Prefixes:
        """Store them."""
        self._ask()
        there = self._prefixes.get(prefixes.account_id)
        if (there.version if there else 0) != prefixes.version:
            raise Conflict("changed meanwhile")
        stored = replace(prefixes, version=prefixes.version + 1)
        self._prefixes[prefixes.account_id] = stored
        return stored

    def _keep(self, whose: Whose, withdrawal: Withdrawal) -> None:
        there = self.kept.get((whose, withdrawal.siren or "all"))
        if there is None or there.at < withdrawal.at:
            self.kept[whose, withdrawal.siren or "all"] = withdrawal

    def _append(self, whose: Whose, line: Line, book: Book, number: str | None) -> None:
        place = (whose, book)
        there = self.lines.setdefault(place, {}).get(line.seq)
        if self._head(place, line.at).seq != line.seq - 1 or (there and there[1] >= line.at):
            raise Conflict("the ledger ends otherwise")
        self.lines[place][line.seq] = (line, line.expires_at)
        self.heads[place] = (Head.of(line), line.expires_at)
        if isinstance(line.told, Consent):
            self.owners[line.told.id] = whose
        if number is not None:
            self.numbers[whose] = number

    def _lines(self, place: Place, now: datetime) -> tuple[Line, ...]:
        there = sorted(self.lines.get(place, {}).items())
        return tuple(line for _, (line, until) in there if until >= now)

    def _head(self, place: Place, now: datetime) -> Head:
        head, until = self.heads.get(place, (Head(), now))
        return head if until >= now else Head()

    def _ask(self, do: object = None) -> None:
        self.asked += 1
        if self.fails_after is None:
            return
        if self.fails_after == 0:
            self.fails_after = None
            if self.fails_done and callable(do):
                do()
            raise Unavailable("the connection was lost")
        self.fails_after -= 1
