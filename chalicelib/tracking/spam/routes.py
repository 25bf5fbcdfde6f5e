"""The API of spam: rules and the block list, what was found, and what people say of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chalicelib.runtime import tracking_wiring, watch_wiring, wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.runtime.api import Request
    from chalicelib.tracking.spam import models, rules, usecases
    from chalicelib.tracking.spam.verdicts import Verdict
else:
    models = lazily("chalicelib.tracking.spam.models")
    rules = lazily("chalicelib.tracking.spam.rules")
    usecases = lazily("chalicelib.tracking.spam.usecases")

api = Api(__name__)


@api.get("/v1/spam", scope="calls:read")
def list_spam(request: Request, query: models.PageQuery) -> models.SpamList:
    """List the calls that are spam, newest first."""
    context = f"{request.account_id}/spam"
    after = position(query.cursor, context)
    page = watch_wiring.spams().page(request.account_id, query.limit, after)
    items = [models.SpamOut.of(each.call_id, each) for each in page.items]
    return models.SpamList(items=items, next=cursor(page.next, context))


@api.get("/v1/spam/rules", scope="calls:read")
def show_spam_rules(request: Request) -> Answer[models.RulesOut]:
    """Show by what calls are told to be spam, with the block list."""
    return _rules(watch_wiring.spams().rules(request.account_id))


@api.patch("/v1/spam/rules", scope="calls:write")
def edit_spam_rules(request: Request, body: models.LimitsPatch) -> Answer[models.RulesOut]:
    """Change how much is too much; `If-Match` is the ETag of what was seen."""
    seen = replace(
        watch_wiring.spams().rules(request.account_id), version=expected(request.if_match)
    )
    changed = replace(seen, limits=replace(seen.limits, **body.changes))
    return _rules(watch_wiring.spams().save_rules(changed))


@api.put("/v1/spam/blocked/{pattern}", scope="calls:write")
def block_number(request: Request, pattern: str, body: models.BlockIn) -> Answer[models.RulesOut]:
    """Block a number, or all that begin alike (`+3361234*`): their next calls are spam."""
    block = rules.Block(pattern=rules.read_pattern(pattern), since=request.now, note=body.note)
    return _rules(_changed(request, lambda seen: seen.with_block(block)))


@api.delete("/v1/spam/blocked/{pattern}", scope="calls:write")
def unblock_number(request: Request, pattern: str) -> None:
    """Block a number no more; calls that were spam remain so until they are restored."""
    read = rules.read_pattern(pattern)
    _changed(request, lambda seen: seen.without_block(read))


@api.get("/v1/calls/{call_id}/spam", scope="calls:read")
def show_call_spam(request: Request, call_id: str) -> models.SpamOut:
    """Tell whether a call is spam, and why."""
    wiring.calls().load(request.account_id, call_id)
    verdict = watch_wiring.spams().verdict(request.account_id, call_id)
    return models.SpamOut.of(call_id, verdict)


@api.post("/v1/calls/{call_id}/spam", scope="calls:write", status=200)
def mark_spam(request: Request, call_id: str) -> models.SpamOut:
    """Say that a call is spam: it leaves reports, conversions and alerts."""
    return _said(request, call_id, usecases.mark)


@api.post("/v1/calls/{call_id}/spam/restore", scope="calls:write", status=200)
def restore_call(request: Request, call_id: str) -> models.SpamOut:
    """Say that a call was meant, whatever any rule says: it counts again."""
    return _said(request, call_id, usecases.restore)


def _said(request: Request, call_id: str, say: Callable[..., Verdict]) -> models.SpamOut:
    verdict = say(
        request.account_id,
        call_id,
        by=request.principal.key_id,
        now=request.now,
        log=wiring.calls(),
        spams=watch_wiring.spams(),
    )
    tracking_wiring.track_again(request.account_id, call_id)
    return models.SpamOut.of(call_id, verdict)


def _changed(request: Request, change: Callable[[rules.Rules], rules.Rules]) -> rules.Rules:
    return usecases.change_rules(change, request.account_id, watch_wiring.spams())


def _rules(shown: rules.Rules) -> Answer[models.RulesOut]:
    watch_wiring.kept_rules().forget(shown.account_id)
    return Answer(models.RulesOut.of(shown), etag=etag(shown.version))
