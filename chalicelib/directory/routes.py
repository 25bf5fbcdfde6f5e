"""The API of accounts, keys and numbers. What may be done is decided in the use cases.

The room's own modules are imported at the first request that needs them: a voice webhook lives in
the same function and changes no account.
"""

from __future__ import annotations

import secrets as entropy
from typing import TYPE_CHECKING, cast

from chalicelib.runtime import wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.directory import accounts, issuing, keys, lines, models, numbers, usecases
    from chalicelib.directory.accounts import Account, AccountState
    from chalicelib.directory.gateway import OurCarrier
    from chalicelib.directory.identity import Identity
    from chalicelib.directory.lines import Line
    from chalicelib.kernel import numbering
    from chalicelib.runtime.api import Request
else:
    accounts = lazily("chalicelib.directory.accounts")
    issuing = lazily("chalicelib.directory.issuing")
    keys = lazily("chalicelib.directory.keys")
    lines = lazily("chalicelib.directory.lines")
    models = lazily("chalicelib.directory.models")
    numbering = lazily("chalicelib.kernel.numbering")
    numbers = lazily("chalicelib.directory.numbers")
    usecases = lazily("chalicelib.directory.usecases")

api = Api(__name__)


@api.post("/v1/accounts", scope="accounts:write")
def create_account(request: Request, body: models.AccountIn) -> Answer[models.AccountOut]:
    """Make a client account of the agency."""
    order = usecases.AccountOrder(
        name=body.name,
        kind=body.kind,
        legal=_identity(body.legal),
        language=body.language,
    )
    account = usecases.create_account(
        order,
        agency_id=request.account_id,
        account_id=request.new_id("acct"),
        now=request.now,
        accounts=wiring.directory(),
    )
    return _account(account, location=f"/v1/accounts/{account.id}")


@api.get("/v1/accounts", scope="accounts:read")
def list_accounts(request: Request, query: models.PageQuery) -> models.AccountList:
    """List the client accounts of the agency."""
    context = f"{request.account_id}/accounts"
    page = wiring.directory().clients(
        request.account_id, query.limit, position(query.cursor, context)
    )
    return models.AccountList(
        items=[models.AccountOut.of(each) for each in page.items], next=cursor(page.next, context)
    )


@api.get("/v1/accounts/{account_id}", scope="accounts:read")
def show_account(request: Request, account_id: str) -> Answer[models.AccountOut]:
    """Show the account itself (`me` is it too), or one of its clients."""
    wanted = request.account_id if account_id == "me" else account_id
    return _account(usecases.account_seen_by(request.account_id, wanted, wiring.directory()))


@api.patch("/v1/accounts/{account_id}", scope="accounts:write")
def edit_account(
    request: Request, account_id: str, body: models.AccountPatch
) -> Answer[models.AccountOut]:
    """Change what is said of an account; `If-Match` is the ETag of what was seen."""
    changes = body.model_dump(exclude_unset=True, exclude={"legal"})
    if "legal" in body.model_fields_set:
        changes["legal"] = _identity(body.legal)
    account = usecases.edit_account(
        cast("usecases.AccountChanges", changes),
        account_id=account_id,
        editor_id=request.account_id,
        version=expected(request.if_match),
        store=wiring.directory(),
    )
    return _account(account)


@api.post("/v1/accounts/{account_id}/suspend", scope="accounts:write", status=200)
def suspend_account(request: Request, account_id: str) -> Answer[models.AccountOut]:
    """Stop a client's calls and keys. Repeat it if it fails: it goes on where it stopped."""
    return _moved(request, account_id, accounts.AccountState.SUSPENDED)


@api.post("/v1/accounts/{account_id}/resume", scope="accounts:write", status=200)
def resume_account(request: Request, account_id: str) -> Answer[models.AccountOut]:
    """Let a suspended client's calls and keys work again."""
    return _moved(request, account_id, accounts.AccountState.ACTIVE)


@api.post("/v1/keys", scope="keys:write", replayable=False)
def issue_key(request: Request, body: models.KeyIn) -> Answer[models.KeyIssued]:
    """Issue a key of the account; its text is in this answer and never shown again."""
    issued = issuing.issue_key(
        issuing.KeyOrder(scopes=tuple(body.scopes), label=body.label, valid_until=body.valid_until),
        principal=request.principal,
        key_id=request.new_id("key"),
        secret=entropy.token_bytes(keys.SECRET_BYTES),
        now=request.now,
        keys=wiring.directory(),
    )
    return Answer(models.KeyIssued.with_text(issued.key, issued.text))


@api.get("/v1/keys", scope="keys:read")
def list_keys(request: Request, query: models.PageQuery) -> models.KeyList:
    """List the account's keys, without their texts."""
    context = f"{request.account_id}/keys"
    page = wiring.directory().keys(request.account_id, query.limit, position(query.cursor, context))
    return models.KeyList(
        items=[models.KeyOut.of(each) for each in page.items], next=cursor(page.next, context)
    )


@api.delete("/v1/keys/{key_id}", scope="keys:write")
def revoke_key(request: Request, key_id: str) -> None:
    """Revoke a key at once."""
    issuing.revoke_key(request.account_id, key_id, now=request.now, keys=wiring.directory())


@api.post("/v1/webhooks/secret", scope="webhooks:write", status=200, replayable=False)
def show_webhook_secret(request: Request, body: models.WebhookSecretIn) -> models.WebhookSecret:
    """Show the secret that signs requests to the account's servers; whoever has it can sign too.

    It is derived, so asking changes nothing. The next generation is the way to another one.
    """
    secret = wiring.webhook_secret(request.account_id, body.generation)
    return models.WebhookSecret(generation=body.generation, secret=secret)


@api.get("/v1/numbers", scope="numbers:read")
def list_numbers(request: Request, query: models.PageQuery) -> models.NumberList:
    """List the account's numbers, in order of number."""
    context = f"{request.account_id}/numbers"
    page = wiring.directory().lines(
        request.account_id, query.limit, position(query.cursor, context)
    )
    return models.NumberList(
        items=[models.NumberOut.of(each, request.now) for each in page.items],
        next=cursor(page.next, context),
    )


@api.post("/v1/numbers", scope="numbers:write")
def add_number(request: Request, body: models.NumberIn) -> Answer[models.NumberOut]:
    """Add a number to the account, bought from the carrier unless it is held already."""
    price = body.service_price
    facts = body.model_dump(exclude={"service_price"})
    line = numbers.add_number(
        numbers.NumberOrder(**facts, service_price=None if price is None else price.order()),
        principal=request.principal,
        now=request.now,
        store=wiring.directory(),
        carrier=_carrier(request),
        check_flow=wiring.check_flow,
    )
    return _line(request, line, location=f"/v1/numbers/{line.number}")


@api.get("/v1/numbers/available", scope="numbers:read")
def search_numbers(request: Request, query: models.ForSaleQuery) -> models.ForSaleList:
    """Search French numbers that the carrier sells."""
    found = wiring.gateway().search(query.kind, query.contains, query.limit)
    items = [
        models.ForSale(
            number=each.number, locality=each.locality, voice=each.voice, messages=each.messages
        )
        for each in found
    ]
    return models.ForSaleList(items=items)


@api.get("/v1/numbers/classify", scope="numbers:read")
def classify_number(request: Request, query: models.ClassifyQuery) -> models.Classification:
    """Say what the French numbering plan knows of a number."""
    return models.Classification.of(numbering.classify(query.number))


@api.get("/v1/numbers/{number}", scope="numbers:read")
def show_number(request: Request, number: str) -> Answer[models.NumberOut]:
    """Show one of the account's numbers."""
    return _line(request, numbers.line_of(request.account_id, number, wiring.directory()))


@api.patch("/v1/numbers/{number}", scope="numbers:write")
def edit_number(
    request: Request, number: str, body: models.NumberPatch
) -> Answer[models.NumberOut]:
    """Change what a number does; `If-Match` is the ETag of what was seen."""
    changes = body.model_dump(exclude_unset=True)
    if body.service_price is not None:
        changes["service_price"] = body.service_price.order()
    line = numbers.edit_line(
        cast("numbers.LineChanges", changes),
        account_id=request.account_id,
        number=number,
        version=expected(request.if_match),
        now=request.now,
        lines=wiring.directory(),
        carrier=_carrier(request),
        check_flow=wiring.check_flow,
    )
    return _line(request, line)


@api.delete("/v1/numbers/{number}", scope="numbers:write")
def retire_number(request: Request, number: str) -> None:
    """Take a number out of service; it rests for a while before anybody else may have it."""
    numbers.retire_line(
        request.account_id,
        number,
        now=request.now,
        cooling=lines.COOLING,
        lines=wiring.directory(),
    )
    wiring.lines().forget(number)


@api.post("/v1/numbers/{number}/release", scope="numbers:write", status=200)
def release_number(request: Request, number: str) -> Answer[models.NumberOut]:
    """Give a number that is out of service back to the carrier, for ever."""
    line = numbers.release_line(
        request.account_id, number, lines=wiring.directory(), carrier=_carrier(request)
    )
    return _line(request, line)


def _identity(legal: models.Legal | None) -> Identity | None:
    return None if legal is None else legal.value()


def _moved(request: Request, account_id: str, to: AccountState) -> Answer[models.AccountOut]:
    account = usecases.move_account(
        account_id, to, agency_id=request.account_id, store=wiring.directory()
    )
    return _account(account)


def _account(account: Account, location: str | None = None) -> Answer[models.AccountOut]:
    return Answer(models.AccountOut.of(account), etag=etag(account.version), location=location)


def _line(request: Request, line: Line, location: str | None = None) -> Answer[models.NumberOut]:
    wiring.lines().forget(line.number)
    shown = models.NumberOut.of(line, request.now)
    return Answer(shown, etag=etag(line.version), location=location)


def _carrier(request: Request) -> OurCarrier:
    from chalicelib.directory.gateway import OurCarrier

    return OurCarrier(wiring.gateway(), request.base_url)
