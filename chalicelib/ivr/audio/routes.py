"""The doors of prompts: the API on which sounds are uploaded, and where the carrier fetches them.

The carrier has no key: what it fetches has an id that nobody can guess, and it is what callers
hear. The file itself comes from the bucket.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.ivr.audio.addresses import VERSION
from chalicelib.ivr.audio.sounds import LARGEST_FILE
from chalicelib.kernel.errors import NotFound
from chalicelib.runtime import wiring
from chalicelib.runtime.api import Answer, Api
from chalicelib.runtime.lazy import lazily
from chalicelib.runtime.paging import cursor, position
from chalicelib.runtime.versions import etag, expected

if TYPE_CHECKING:
    from chalicelib.ivr.audio import models, usecases
    from chalicelib.ivr.audio.sounds import Prompt
    from chalicelib.runtime.api import Request
else:
    models = lazily("chalicelib.ivr.audio.models")
    usecases = lazily("chalicelib.ivr.audio.usecases")

api = Api(__name__)

LARGEST_BODY: Final = LARGEST_FILE * 4 // 3 + 64_000  # in base64, with a name
# The carrier fetches at once. Signatures die with the function's own credentials, which may be old.
LINK_SECONDS: Final = 900
REDIRECT_SECONDS: Final = 300


@api.post("/v1/prompts", scope="prompts:write", largest=LARGEST_BODY)
def create_prompt(request: Request, body: models.PromptIn) -> Answer[models.PromptSummary]:
    """Upload a sound as a new prompt."""
    prompt = usecases.create_prompt(
        request.account_id,
        request.new_id("prompt"),
        body.name,
        body.content_base64,
        now=request.now,
        shelf=wiring.shelf(),
    )
    return _summary(prompt, request, location=f"/v1/prompts/{prompt.prompt_id}")


@api.get("/v1/prompts", scope="prompts:read")
def list_prompts(request: Request, query: models.PageQuery) -> models.PromptPage:
    """List the account's prompts."""
    context = f"{request.account_id}/prompts"
    page = wiring.prompts().page(request.account_id, query.limit, position(query.cursor, context))
    return models.PromptPage(
        items=[models.PromptSummary.of(prompt, request.base_url) for prompt in page.items],
        next=cursor(page.next, context),
    )


@api.get("/v1/prompts/{prompt_id}", scope="prompts:read")
def show_prompt(request: Request, prompt_id: str) -> Answer[models.PromptOut]:
    """Show a prompt with its versions, and which published flows use it."""
    prompt = wiring.prompts().load(request.account_id, prompt_id)
    versions = wiring.prompts().versions(prompt_id)
    from chalicelib.ivr.usage import Kind

    users = wiring.usage().users(request.account_id, Kind.PROMPT, prompt_id)
    body = models.PromptOut.whole(prompt, versions, users, request.base_url)
    return Answer(body, etag=etag(prompt.audio.version))


@api.put("/v1/prompts/{prompt_id}/audio", scope="prompts:write", largest=LARGEST_BODY)
def replace_audio(
    request: Request, prompt_id: str, body: models.AudioIn
) -> Answer[models.PromptSummary]:
    """Upload a prompt's next version; flows that are published go on playing theirs."""
    prompt = usecases.replace_audio(
        request.account_id,
        prompt_id,
        body.content_base64,
        version=expected(request.if_match),
        now=request.now,
        shelf=wiring.shelf(),
    )
    return _summary(prompt, request)


@api.delete("/v1/prompts/{prompt_id}", scope="prompts:write")
def delete_prompt(request: Request, prompt_id: str) -> None:
    """Delete a prompt with all its versions; refused while a published flow uses it."""
    usecases.delete_prompt(
        request.account_id,
        prompt_id,
        version=expected(request.if_match),
        now=request.now,
        shelf=wiring.shelf(),
    )


@api.get("/audio/{prompt_id}/{version}", scope=None, status=302)
def fetch_audio(request: Request, prompt_id: str, version: str) -> Answer[None]:
    """Redirect to the file of one version of a prompt."""
    if not VERSION.fullmatch(version):
        raise NotFound("no such version", prompt_id=prompt_id)
    return _file(wiring.prompts().audio(prompt_id, int(version)).key)


@api.get("/audio/builtin/{name}", scope=None, status=302)
def fetch_builtin(request: Request, name: str) -> Answer[None]:
    """Redirect to the file of a sound that is built in: `beep` or `hold`."""
    return _file(wiring.sound_files().builtin(name))


def _file(key: str) -> Answer[None]:
    link = wiring.sound_files().link(key, LINK_SECONDS)
    return Answer(None, location=link, fresh_seconds=REDIRECT_SECONDS)


def _summary(
    prompt: Prompt, request: Request, location: str | None = None
) -> Answer[models.PromptSummary]:
    body = models.PromptSummary.of(prompt, request.base_url)
    return Answer(body, etag=etag(prompt.audio.version), location=location)
