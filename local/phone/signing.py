"""What a webhook is signed over, and the signature."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha1
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from collections.abc import Iterable


def signed_url(url: str) -> str:
    """Give the URL as it is signed: no fragment, no credentials, and no port under https (voice).

    >>> signed_url("https://user:pw@example.com:8443/a?b=%20c#rc=2")
    'https://example.com/a?b=%20c'
    >>> signed_url("http://example.com:1234/a")
    'http://example.com:1234/a'
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme == "https" and parts.port is not None:
        host = host.rpartition(":")[0]
    return urlunsplit((parts.scheme, host, parts.path, parts.query, ""))


def signature(token: str, url: str, form: Iterable[tuple[str, str]] = ()) -> str:
    """Sign a URL, already as `signed_url` gives it, and the decoded POST parameters.

    A repeated name counts once for each different value, in the order of the values.
    """
    text = url + "".join(name + value for name, value in sorted(set(form)))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), sha1).digest()).decode()
