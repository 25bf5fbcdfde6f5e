"""The doors of a flow's history: what changed between versions, and back to an old one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.versions import expected

if TYPE_CHECKING:
    from chalicelib.ivr import documents
    from chalicelib.ivr.history import comparing, models, usecases
    from chalicelib.ivr.published import Draft, Version
    from chalicelib.runtime.api import Request
else:
    comparing = lazily("chalicelib.ivr.history.comparing")
    documents = lazily("chalicelib.ivr.documents")
    models = lazily("chalicelib.ivr.history.models")
    usecases = lazily("chalicelib.ivr.history.usecases")

api = Api(__name__)

_DRAFT: Final = "draft"
_PLAIN: Final = "text/plain"
_VERSION: Final = re.compile(r"[1-9][0-9]{0,5}")


@api.get("/v1/flows/{flow_id}/versions/{version}/diff", scope="flows:read", also=(_PLAIN,))
def compare_versions(
    request: Request, flow_id: str, version: str, query: models.DiffQuery
) -> Answer[models.DiffOut]:
    """Tell what changed from a version to the draft, or `to` another; as text, line by line."""
    before = _found(request.account_id, flow_id, version)
    after = _found(request.account_id, flow_id, query.to)
    texts = [documents.write_yaml(each.document) for each in (before, after)]
    diff = comparing.unified(texts[0], texts[1], (f"{flow_id}/{version}", f"{flow_id}/{query.to}"))
    if request.accept == _PLAIN:
        return _text(diff)
    return Answer(models.DiffOut.of(comparing.compare(before.document, after.document), diff))


@api.post("/v1/flows/{flow_id}/rollback", scope="flows:write")
def roll_back(
    request: Request, flow_id: str, body: models.RollbackIn
) -> Answer[models.VersionSummary]:
    """Make an old version answer again, as the next one; the draft stays as it is."""
    header = usecases.roll_back(
        request.account_id,
        flow_id,
        body.version,
        revision=None if request.if_match is None else expected(request.if_match),
        now=request.now,
        drafts=wiring.flows(),
        sounds=wiring.prompts(),
        queues=wiring.queues(),
        usage=wiring.usage(),
        lines=wiring.directory(),
    )
    location = f"/v1/flows/{flow_id}/versions/{header.version}"
    return Answer(models.VersionSummary.of(header), location=location)


def _found(account_id: str, flow_id: str, version: str) -> Draft | Version:
    flows = wiring.flows()
    if version == _DRAFT:
        return flows.draft(account_id, flow_id)
    if not _VERSION.fullmatch(version):
        raise NotFound("no such version", flow_id=flow_id)
    return flows.document(account_id, flow_id, int(version))


def _text(diff: str) -> Answer[Any]:
    return Answer(diff, media=f"{_PLAIN}; charset=utf-8")
