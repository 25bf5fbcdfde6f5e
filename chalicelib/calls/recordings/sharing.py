"""Links to a recording for whoever is told of it: they need no key, and are good for a month.

A link names the recording, whose it is and until when, with a proof that we made it (an HMAC under
a key of the installation's own). It opens this one recording and nothing else. Pure.
"""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from chalicelib.kernel.errors import NotFound

SHARED: Final = timedelta(days=30)
PATH: Final = "/v1/listen"
_PURPOSE: Final = b"cadran/recordings/1:"


class LinkUnusable(NotFound):
    """The link is over, or it is none of ours: the two look the same from outside."""

    code = "link-unusable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A recording that a link leads to. `until` is in seconds since 1970."""

    account_id: str
    call_id: str
    recording_id: str
    until: int

    def proof(self, pepper: bytes) -> str:
        """Return what only we can say of it."""
        key = hmac.digest(pepper, _PURPOSE, "sha256")
        # No id of ours or the carrier's has a line break in it: nothing can be shifted.
        named = (self.account_id, self.call_id, self.recording_id, str(self.until))
        digest = hmac.digest(key, "\n".join(named).encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:18]).decode()


def share(account_id: str, call_id: str, recording_id: str, since: datetime) -> Shared:
    """Share a recording for a month from an instant on."""
    until = int((since + SHARED).timestamp())
    return Shared(account_id=account_id, call_id=call_id, recording_id=recording_id, until=until)


def url_of(shared: Shared, base_url: str, pepper: bytes) -> str:
    """Write the link."""
    facts = {
        "account": shared.account_id,
        "until": shared.until,
        "proof": shared.proof(pepper),
    }
    return f"{base_url}{PATH}/{shared.call_id}/{shared.recording_id}?{urlencode(facts)}"


def check(shared: Shared, proof: str, now: datetime, pepper: bytes) -> None:
    """Raise LinkUnusable if we did not make the link, or it is over."""
    genuine = hmac.compare_digest(proof.encode(), shared.proof(pepper).encode())
    if not genuine or shared.until < now.astimezone(UTC).timestamp():
        raise LinkUnusable("the link is over, or it is none of ours")


def page(code: str) -> str:
    """Say to a person why nothing is to be heard, by the code of the refusal."""
    french, english = _WHY.get(code, _WHY[LinkUnusable.code])
    return (
        '<!doctype html><html lang="fr"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>Message vocal</title>'
        f'<p>{french}</p><p lang="en">{english}</p></html>'
    )


_WHY: Final = {
    "link-unusable": (
        "Ce lien n'est plus valable, ou il est incomplet : copiez-le en entier.",
        "This link is over, or a part of it is missing: copy all of it.",
    ),
    "recording-not-ready": (
        "Le message est en cours de préparation : réessayez dans une minute.",
        "The message is not ready yet: try again in a minute.",
    ),
    "recording-absent": (
        "Ce message ne contient aucun son.",
        "There is no sound of this message.",
    ),
}
