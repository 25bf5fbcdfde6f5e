"""What capturing consents on sites needs of the world. All raise Unavailable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.campaigns.consents.capture.forms import Form, Pending
    from chalicelib.campaigns.consents.ports import Desk as ConsentDesk
    from chalicelib.kernel.telling import Texts


class Forms(Protocol):
    """Forms, how often numbers were asked about, and codes that are awaited."""

    def save_form(self, form: Form) -> None:
        """Store one: a new one, or one that is archived."""

    def form(self, account_id: str, form_id: str) -> Form:
        """Return one. Raises NotFound."""

    def forms(self, account_id: str) -> tuple[Form, ...]:
        """Return all of an account's."""

    def count(self, account_id: str, what: str, day: str, most: int) -> bool:
        """Count one more of something on a day; False if there were so many already."""

    def hold(self, account_id: str, person: str, pending: Pending) -> None:
        """Keep one, in place of an earlier one of the same form."""

    def tried(self, account_id: str, person: str, form_id: str) -> Pending:
        """Count a try, and return what is awaited, that try included. Raises NotFound."""

    def drop(self, account_id: str, person: str, pending: Pending) -> None:
        """Forget what was awaited, unless another code is by now."""

    def forget(self, account_id: str, person: str) -> None:
        """Forget all that is awaited of somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that it takes. `sender` sends texts where a form has no number; "" is nobody."""

    forms: Forms
    consents: ConsentDesk
    texts: Texts
    sender: str
    random: Callable[[], str]
