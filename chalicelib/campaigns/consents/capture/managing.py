"""Making forms: for a site and from a number that are the account's. Pure but for its ports."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from chalicelib.campaigns.consents.capture.forms import MOST_FORMS, Form, check_form, in_use
from chalicelib.kernel import phone
from chalicelib.kernel.errors import Fault, NotFound, Rejected

if TYPE_CHECKING:
    from chalicelib.campaigns.consents.capture.ports import Forms


class Owned(Protocol):
    """What is an account's."""

    def site(self, account_id: str, site_id: str) -> object:
        """Return a site. Raises NotFound."""

    def number(self, account_id: str, number: str) -> object:
        """Return a number. Raises NotFound."""


def create(form: Form, forms: Forms, owned: Owned) -> Form:
    """Store a new form. Raises Rejected, naming each field."""
    check_form(form, form.created_at)
    faults = []
    try:
        owned.site(form.account_id, form.site_id)
    except NotFound:
        faults.append(Fault("/site", "no site of yours"))
    if form.sender is not None:
        try:
            form = replace(form, sender=phone.parse(form.sender))
            owned.number(form.account_id, str(form.sender))
        except Rejected:
            faults.append(Fault("/sender", "no number of yours"))
    if faults:
        raise Rejected("the form is for nothing of yours", faults=tuple(faults))
    if len(in_use(forms.forms(form.account_id))) >= MOST_FORMS:
        raise Rejected("the account has as many forms as it may", most=MOST_FORMS)
    forms.save_form(form)
    return form
