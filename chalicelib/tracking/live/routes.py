"""The API of what is live: calls, visitors, and tokens for a WebSocket."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from chalicelib.runtime import live_wiring, tracking_wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily

if TYPE_CHECKING:
    from chalicelib.runtime import sockets
    from chalicelib.runtime.api import Request
    from chalicelib.tracking.live import live, models, usecases
else:
    sockets = lazily("chalicelib.runtime.sockets")
    live = lazily("chalicelib.tracking.live.live")
    models = lazily("chalicelib.tracking.live.models")
    usecases = lazily("chalicelib.tracking.live.usecases")

api = Api(__name__)


@api.get("/v1/live/calls", scope="calls:read")
def list_live_calls(request: Request, query: models.LiveQuery) -> models.LiveCalls:
    """List the calls that ring or go on, with the visits behind them."""
    calls = usecases.live_calls(
        request.account_id,
        request.principal.log_shards,
        now=request.now,
        limit=query.limit,
        desk=live_wiring.live_desk(),
    )
    return models.LiveCalls(items=[models.LiveCallOut.of(each) for each in calls])


@api.get("/v1/live/visitors", scope="calls:read")
def list_live_visitors(request: Request, query: models.LiveQuery) -> models.LiveVisitors:
    """List who is on the account's sites just now."""
    found = usecases.visitors(
        request.account_id,
        now=request.now,
        limit=query.limit,
        visits=tracking_wiring.visits(),
    )
    return models.LiveVisitors(items=[models.VisitorOut.of(each) for each in found])


@api.post("/v1/live/tokens", scope="calls:read", replayable=False)
def make_live_token(request: Request) -> Answer[models.TokenOut]:
    """Make a token that opens a WebSocket on which the account's calls are told."""
    facts, until = live.pass_for(request.account_id, request.now)
    token = sockets.passport(live.KIND, facts, live.KIND)
    asked = urlencode({"kind": live.KIND, "token": token})
    url = f"{sockets.public_url()}?{asked}"
    return Answer(models.TokenOut(url=url, token=token, until=until))
