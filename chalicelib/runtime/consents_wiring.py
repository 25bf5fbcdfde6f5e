"""Where ledgers of consents meet the other rooms. Built on first use, as `wiring` is."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import secrets, wiring
from chalicelib.runtime.settings import settings

if TYPE_CHECKING:
    from datetime import datetime

    from chalicelib.campaigns.consents.capture.ports import Desk as CaptureDesk
    from chalicelib.campaigns.consents.capture.store import FormStore
    from chalicelib.campaigns.consents.gateway import EvidenceFiles
    from chalicelib.campaigns.consents.ports import Desk
    from chalicelib.campaigns.consents.stops import Stopping
    from chalicelib.campaigns.consents.store import ConsentStore
    from chalicelib.campaigns.consents.suppressions import Prefixes
    from chalicelib.campaigns.consents.usecases import Facts
    from chalicelib.runtime.kept import Kept


@cache
def store() -> ConsentStore:
    """Return ledgers and do-not-call lists."""
    from chalicelib.campaigns.consents.store import ConsentStore

    return ConsentStore(settings().campaigns_table)


@cache
def files() -> EvidenceFiles:
    """Return the bucket that evidence is kept in."""
    from chalicelib.campaigns.consents.gateway import EvidenceFiles

    return EvidenceFiles(wiring.aws("s3"), secrets.files_bucket())


@cache
def kept_prefixes() -> Kept[str, Prefixes]:
    """Return accounts' prefixes: a new one holds within half a minute everywhere."""
    from chalicelib.runtime.kept import Kept

    return Kept(store().prefixes)


@cache
def desk() -> Desk:
    """Return all that keeping ledgers takes."""
    from chalicelib.campaigns.consents.lines import key_of
    from chalicelib.campaigns.consents.ports import Desk

    return Desk(
        ledgers=store(),
        suppressions=store(),
        hashing=wiring.Callers(),
        key=lambda account_id: key_of(secrets.pepper(), account_id),
        clock=wiring.clock,
    )


def facts_for(account_id: str, number: str) -> Facts:
    """Return what deciding about a number takes of consents and lists, with one request.

    Lists of beginnings are those of at most half a minute ago. Raises Unavailable.
    """
    from chalicelib.campaigns.consents import usecases

    person = wiring.Callers().caller_hash(account_id, number)
    facts = usecases.facts_for(account_id, person, desk())
    return replace(facts, prefixes=kept_prefixes().get(account_id).of(number))


def withdraw(
    account_id: str,
    person: str,
    means: str,
    at: datetime,
    *,
    siren: str | None = None,
    ref: str | None = None,
) -> None:
    """End what somebody consented to, as said by a key, a word, to an agent; idempotent by `ref`.

    `siren` None: with all whom the account rings for. Holds from the next look on.
    """
    from chalicelib.campaigns.consents import usecases
    from chalicelib.campaigns.consents.consents import Means

    usecases.withdraw(account_id, person, Means(means), at, desk(), siren=siren, ref=ref)


@cache
def forms() -> FormStore:
    """Return forms on sites that ask for consents, and codes that are awaited."""
    from chalicelib.campaigns.consents.capture.store import FormStore

    return FormStore(settings().campaigns_table)


class Owned:
    """The port `Owned` of forms: sites and numbers of accounts."""

    def site(self, account_id: str, site_id: str) -> object:
        """Return a site that pages may speak for."""
        from chalicelib.runtime import tracking_wiring

        site = tracking_wiring.sites().site(site_id)
        if site.account_id != account_id or site.archived_at is not None:
            raise NotFound("no such site")
        return site

    def number(self, account_id: str, number: str) -> object:
        """Return a number's line."""
        from chalicelib.directory.numbers import line_of

        return line_of(account_id, number, wiring.directory())


def capture_desk() -> CaptureDesk:
    """Return all that taking a form takes."""
    from chalicelib.campaigns.consents.capture.ports import Desk
    from chalicelib.runtime.telling import CarrierTexts

    return Desk(
        forms=forms(),
        consents=desk(),
        texts=CarrierTexts(wiring.gateway),
        sender=settings().text_sender,
        random=wiring.new_id,
    )


def stopping() -> Stopping:
    """Return all that a text message that says STOP takes."""
    from chalicelib.campaigns.consents.stops import Stopping
    from chalicelib.runtime.telling import CarrierTexts

    return Stopping(
        desk=desk(),
        line=wiring.lines().line,
        texts=CarrierTexts(wiring.gateway),
        sender=settings().text_sender,
        name=lambda account_id: wiring.directory().account(account_id).name,
    )


def stop(message: dict[str, Any], *, confirmed: bool = False) -> None:
    """End what the sender of a text consented to, if it says so; idempotent.

    `confirmed`: and tell them. Raises Unavailable.
    """
    from chalicelib.campaigns.consents import stops

    told = stops.from_message(message)
    if not told.is_stop:
        return
    whose = stops.stop(told, stopping())
    if whose is not None and confirmed:
        stops.confirm(told, whose, stopping())
