"""The API of consents and do-not-call lists."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import consents_wiring, contacts_wiring, secrets
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.observability import count
from chalicelib.runtime.paging import cursor, position

if TYPE_CHECKING:
    from chalicelib.campaigns.consents import (
        consents,
        documents,
        filing,
        importing,
        lines,
        listing,
        models,
        pages,
        proofs,
        showing,
        usecases,
    )
    from chalicelib.runtime.api import Request
else:
    consents = lazily("chalicelib.campaigns.consents.consents")
    documents = lazily("chalicelib.campaigns.consents.documents")
    filing = lazily("chalicelib.campaigns.consents.filing")
    importing = lazily("chalicelib.campaigns.consents.importing")
    listing = lazily("chalicelib.campaigns.consents.listing")
    models = lazily("chalicelib.campaigns.consents.models")
    pages = lazily("chalicelib.campaigns.consents.pages")
    proofs = lazily("chalicelib.campaigns.consents.proofs")
    showing = lazily("chalicelib.campaigns.consents.showing")
    usecases = lazily("chalicelib.campaigns.consents.usecases")

api = Api(__name__)

MOST_ACCESSES = 200
MOST_SHOWN = 20
MOST_LISTED = 100
MOST_BYTES = 3 * 1024 * 1024  # two million bytes in base64
HTML, PDF = "text/html", "application/pdf"


@api.post("/v1/consents", scope="consents:write")
def record_consent(request: Request, body: models.ConsentIn) -> Answer[models.ConsentOut]:
    """Record that somebody consented to be rung; recorded twice, it is one."""
    desk, captured = consents_wiring.desk(), body.read()
    filing.check_kept(request.account_id, captured.evidence, consents_wiring.files())
    recorded = usecases.record(captured, request.account_id, body.number, desk)
    person = desk.hashing.caller_hash(request.account_id, body.number)
    standing = usecases.facts_for(request.account_id, person, desk).standing
    shown = _consent(request, recorded.consent, standing)
    status = None if recorded.new else 200
    return Answer(shown, location=f"/v1/consents/{shown.id}", status=status)


@api.post("/v1/consents/search", scope="consents:read", status=200)
def find_consents(request: Request, body: models.WhoseIn) -> models.PersonOut:
    """Show all that somebody consented to, withdrew, and which lists they are on, or were.

    The number is in the body, since URLs are written into logs.
    """
    number, desk = body.number, consents_wiring.desk()
    whose = usecases.whose_is(request.account_id, number, desk)
    ledger = desk.ledgers.ledger(whose, request.now)
    standing = ledger.standing
    prefixes = desk.suppressions.prefixes(request.account_id).of(number)
    return models.PersonOut(
        number=number,
        contact_id=whose.person,
        consents=[
            _consent(request, each, standing) for each in consents.newest_first(standing.consents)
        ],
        withdrawals=[models.WithdrawalOut.of(each) for each in standing.withdrawals],
        erased_at=standing.erased_at,
        suppressions=[
            *map(models.SuppressionOut.of, ledger.suppressions),
            *map(models.SuppressionOut.of, prefixes),
        ],
        listed=[
            models.ListedOut(**asdict(each))
            for each in desk.suppressions.history(request.account_id, whose.person, MOST_LISTED)
        ],
        faults=list(usecases.faults_of(ledger, whose, desk)),
    )


@api.post("/v1/consents/evidence", scope="consents:write", largest=MOST_BYTES)
def keep_evidence(request: Request, body: models.FileIn) -> models.FileOut:
    """Keep a file that proves consents, under its SHA-256; kept twice, it is one."""
    files = consents_wiring.files()
    name = filing.keep(request.account_id, body.content_base64, body.media, files)
    return models.FileOut(reference=f"{filing.REFERENCE}{name}", sha256=name)


@api.get("/v1/consents/evidence/{evidence_id}", scope="consents:read", status=302)
def fetch_evidence(request: Request, evidence_id: str) -> Answer[None]:
    """Redirect to a file that proves consents, at a link that is good for five minutes."""
    link = filing.link_to(request.account_id, evidence_id, consents_wiring.files())
    return Answer(None, location=link)


@api.get("/v1/consents/{consent_id}", scope="consents:read")
def show_consent(request: Request, consent_id: str) -> models.ConsentOut:
    """Show a consent as it stands; that somebody looked is written down."""
    desk = consents_wiring.desk()
    whose, ledger, consent = usecases.find(request.account_id, consent_id, desk)
    _note(whose, consent_id, request.principal.key_id, "json")
    return _consent(request, consent, ledger.standing)


@api.get("/v1/consents/{consent_id}/ledger", scope="consents:read")
def show_ledger(request: Request, consent_id: str) -> models.LinesOut:
    """Show the ledger that a consent is in, line by line, and who looked at proofs of it."""
    desk = consents_wiring.desk()
    whose, ledger, _ = usecases.find(request.account_id, consent_id, desk)
    accesses = desk.ledgers.accesses(whose, request.now, MOST_ACCESSES)
    return models.LinesOut.of(ledger, accesses, usecases.faults_of(ledger, whose, desk))


@api.post("/v1/consents/withdrawals", scope="consents:write")
def withdraw_consent(request: Request, body: models.WithdrawalIn) -> models.WithdrawalOut:
    """End what somebody consented to; it holds from the next attempt on, queued ones included."""
    desk = consents_wiring.desk()
    withdrawal = usecases.withdraw(
        request.account_id,
        desk.hashing.caller_hash(request.account_id, body.number),
        body.means,
        body.at or request.now,
        desk,
        siren=body.siren,
        ref=body.ref,
        number=body.number,
    )
    return models.WithdrawalOut.of(withdrawal)


@api.post("/v1/consents/import", scope="consents:write", status=200)
def import_consents(request: Request, body: models.ImportIn) -> models.ImportedOut:
    """Record many who were asked the same; each row that is refused is named with its reason."""
    rows = [(row.number, body.read(row)) for row in body.rows]
    for evidence in {captured.evidence for _, captured in rows}:
        filing.check_kept(request.account_id, evidence, consents_wiring.files())
    done = importing.take(rows, request.account_id, consents_wiring.desk())
    return models.ImportedOut(
        recorded=done.recorded,
        known=done.known,
        refused=[models.RefusedOut(**each) for each in done.refused],
    )


@api.post("/v1/consents/erasures", scope="consents:write", status=200)
def erase_person(request: Request, body: models.WhoseIn) -> models.ErasedOut:
    """Forget somebody, in lists and all else, but for what proves that they consented."""
    desk = consents_wiring.desk()
    person = desk.hashing.caller_hash(request.account_id, body.number)
    erasure = usecases.erase(request.account_id, person, request.principal.key_id, desk)
    contacts = contacts_wiring.erase(request.account_id, person, request.now)
    at = None if erasure is None else erasure.at
    return models.ErasedOut(
        erased_at=at,
        contacts=contacts,
        kept=[*(() if at is None else proofs.KEPT), *proofs.ALWAYS],
        kept_until=None if at is None else at + consents.PROVABLE,
        why=proofs.WHY if at is not None else "",
    )


@api.get("/v1/suppressions", scope="suppressions:read")
def list_suppressions(request: Request, query: models.SuppressionsQuery) -> models.SuppressionList:
    """List who is on the account's do-not-call lists, newest first."""
    context = f"{request.account_id}/suppressions"
    store = consents_wiring.store()
    page = store.page(request.account_id, query.limit, position(query.cursor, context))
    prefixes = store.prefixes(request.account_id).entries
    return models.SuppressionList(
        items=[models.SuppressionOut.of(each) for each in page.items],
        prefixes=[models.SuppressionOut.of(each) for each in prefixes],
        next=cursor(page.next, context),
    )


@api.post("/v1/suppressions", scope="suppressions:write")
def suppress_number(request: Request, body: models.SuppressionIn) -> models.SuppressionOut:
    """Put a number on a do-not-call list, or all that begin alike (`+33899*`)."""
    desk = consents_wiring.desk()
    done = listing.suppress(
        request.account_id,
        body.number,
        desk,
        siren=body.siren,
        campaign=body.campaign,
        reason=body.reason,
        by=request.principal.key_id,
    )
    consents_wiring.kept_prefixes().forget(request.account_id)
    return models.SuppressionOut.of(done)


@api.post("/v1/suppressions/import", scope="suppressions:write", status=200)
def import_suppressions(request: Request, body: models.SuppressionsIn) -> models.SuppressedOut:
    """Put many numbers on a do-not-call list; each that is refused is named with its reason."""
    done = listing.suppress_all(
        request.account_id,
        body.numbers,
        consents_wiring.desk(),
        siren=body.siren,
        campaign=body.campaign,
        reason=body.reason,
        by=request.principal.key_id,
    )
    refused = [models.RefusedOut(**each) for each in done.refused]
    return models.SuppressedOut(suppressed=done.suppressed, refused=refused)


@api.post("/v1/suppressions/releases", scope="suppressions:write", status=204)
def unsuppress_number(request: Request, body: models.ReleaseIn) -> None:
    """Take a number off a list, or all that begin alike; what they withdrew stays withdrawn."""
    listing.release(
        request.account_id,
        body.number,
        consents_wiring.desk(),
        siren=body.siren,
        campaign=body.campaign,
        by=request.principal.key_id,
    )
    consents_wiring.kept_prefixes().forget(request.account_id)


@api.get("/c/{token}", scope=None, also=(HTML,))
def show_proof(request: Request, token: str) -> Answer[str]:
    """Show somebody the proof of their consent, with the way to withdraw it; no account needed."""
    return _proof(request, token, "page")


@api.get("/c/{token}/pdf", scope=None, media=PDF, also=(HTML,))
def print_proof(request: Request, token: str) -> Answer[str]:
    """Give somebody the proof of their consent as a PDF."""
    return _proof(request, token, "pdf")


@api.post("/c/{token}/withdraw", scope=None, status=200, replayable=False)
def withdraw_by_link(request: Request, token: str) -> Answer[str]:
    """Let somebody withdraw their consent from the professional whom they gave it."""
    consent_id = proofs.consent_of(token, secrets.pepper())
    name = usecases.withdraw_by_link(consent_id, consents_wiring.desk())
    return _page(pages.after_withdrawal(name, token))


def _proof(request: Request, token: str, form: str) -> Answer[str]:
    desk = consents_wiring.desk()
    try:
        consent_id = proofs.consent_of(token, secrets.pepper())
        whose, ledger, consent = usecases.find(None, consent_id, desk)
    except NotFound:
        if request.accept != HTML:
            raise
        return _page(pages.unusable(), status=404)
    _note(whose, consent_id, "link", form)
    shown = showing.shown(
        consent,
        ledger.standing,
        desk.ledgers.number(whose),
        desk.ledgers.accesses(whose, request.now, MOST_SHOWN),
        request.now,
    )
    if form == "page":
        return _page(pages.page(shown, token))
    name = {"Content-Disposition": 'attachment; filename="consentement.pdf"'}
    return Answer(documents.pdf(shown), media=PDF, headers={**pages.HEADERS, **name})


def _note(whose: lines.Whose, consent_id: str, by: str, form: str) -> None:
    if not usecases.note_access(whose, consent_id, by, form, consents_wiring.desk()):
        count("AccessNotNoted")


def _page(text: str, status: int = 200) -> Answer[str]:
    return Answer(text, status=status, media=f"{HTML}; charset=utf-8", headers=pages.HEADERS)


def _consent(
    request: Request, consent: consents.Consent, standing: consents.Standing
) -> models.ConsentOut:
    url = proofs.url_of(consent.id, request.base_url, secrets.pepper())
    return models.ConsentOut.of(consent, standing, request.now, url)
