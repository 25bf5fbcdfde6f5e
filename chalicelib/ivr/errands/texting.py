"""Who is told what became of an errand's text message."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

if TYPE_CHECKING:
    from chalicelib.ivr.errands.errands import Errand


def status_url(base_url: str, errand: Errand) -> str:
    """Return the URL that is told what became of a text: the carrier signs it, and so whose it is
    can be believed.
    """
    query = {"account": errand.account_id, "call": errand.call_id, "node": errand.node}
    return f"{base_url}/messages/status?{urlencode(query)}"
