"""The door for whoever was sent a link to a message: no key, but a proof that we made the link."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.kernel.errors import Conflict, NotFound
from chalicelib.runtime import secrets, wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily

if TYPE_CHECKING:
    from chalicelib.calls.recordings import models, sharing, usecases
    from chalicelib.runtime.api import Request
else:
    models = lazily("chalicelib.calls.recordings.models")
    sharing = lazily("chalicelib.calls.recordings.sharing")
    usecases = lazily("chalicelib.calls.recordings.usecases")

api = Api(__name__)

HTML = "text/html"
_PAGE = {"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer"}


@api.get("/v1/listen/{call_id}/{recording_id}", scope=None, status=302, also=(HTML,))
def listen(
    request: Request, call_id: str, recording_id: str, query: models.ListenQuery
) -> Answer[str]:
    """Redirect whoever was told of a message to its sound; a browser gets a page if it cannot."""
    shared = sharing.Shared(
        account_id=query.account, call_id=call_id, recording_id=recording_id, until=query.until
    )
    try:
        sharing.check(shared, query.proof, request.now, secrets.pepper())
        link = usecases.link_to(
            shared.account_id,
            call_id,
            recording_id,
            log=wiring.calls(),
            recordings=wiring.recordings(),
        )
    except (NotFound, Conflict) as error:
        if request.accept != HTML:
            raise
        status = 409 if isinstance(error, Conflict) else 404
        return Answer(
            sharing.page(error.code), status=status, media=f"{HTML}; charset=utf-8", headers=_PAGE
        )
    return Answer("", location=link, headers={"Referrer-Policy": "no-referrer"})
