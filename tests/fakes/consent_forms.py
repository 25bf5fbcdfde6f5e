"""Forms, counts and awaited codes, in memory."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import NotFound

if TYPE_CHECKING:
    from chalicelib.campaigns.consents.capture.forms import Form, Pending


class FormsInMemory:
    """The port `Forms`."""

    def __init__(self) -> None:
        self._forms: dict[tuple[str, str], Form] = {}
        self._counts: Counter[tuple[str, str, str]] = Counter()
        self._pending: dict[tuple[str, str, str], Pending] = {}

    def save_form(self, form: Form) -> None:
        """Store one."""
        self._forms[form.account_id, form.id] = form

    def form(self, account_id: str, form_id: str) -> Form:
        """Return one."""
        if (account_id, form_id) not in self._forms:
            raise NotFound("no such form")
        return self._forms[account_id, form_id]

    def forms(self, account_id: str) -> tuple[Form, ...]:
        """Return all of an account's."""
        mine = [each for key, each in self._forms.items() if key[0] == account_id]
        return tuple(sorted(mine, key=lambda each: each.id))

    def count(self, account_id: str, what: str, day: str, most: int) -> bool:
        """Count one more."""
        if self._counts[account_id, what, day] >= most:
            return False
        self._counts[account_id, what, day] += 1
        return True

    def hold(self, account_id: str, person: str, pending: Pending) -> None:
        """Keep one."""
        self._pending[account_id, person, pending.form_id] = pending

    def tried(self, account_id: str, person: str, form_id: str) -> Pending:
        """Count a try."""
        key = (account_id, person, form_id)
        if key not in self._pending:
            raise NotFound("nothing is awaited")
        before = self._pending[key]
        self._pending[key] = replace(before, tries=before.tries + 1)
        return before

    def drop(self, account_id: str, person: str, pending: Pending) -> None:
        """Forget one, unless another code is awaited."""
        key = (account_id, person, pending.form_id)
        if key in self._pending and self._pending[key].seal == pending.seal:
            del self._pending[key]

    def forget(self, account_id: str, person: str) -> None:
        """Forget all of somebody's."""
        self._pending = {
            key: each for key, each in self._pending.items() if key[:2] != (account_id, person)
        }
