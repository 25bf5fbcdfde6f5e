"""What a customer pastes into their pages, and what a strict policy of theirs must allow. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from chalicelib.tracking.script import builds


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """The script of a site: always the newest, pinned to one build, and before anything is painted.

    `policy`: directives of a Content-Security-Policy, and the sources they must have.
    """

    version: str
    url: str
    pinned_url: str
    integrity: str
    latest: str
    pinned: str
    head: str
    policy: dict[str, list[str]]


def tags(site_id: str, base_url: str) -> Tags:
    """Return the tags of a site, whose API is at `base_url`."""
    name = builds.current()
    text = builds.text_of(name) or ""
    url, pinned_url = f"{base_url}/t/cadran.js", f"{base_url}/t/{builds.path_of(name)}"
    integrity = builds.integrity_of(text)
    parts = urlsplit(base_url)
    hash_of_head = builds.integrity_of(builds.head(), "sha256")
    site = escape(site_id)
    checked = f'integrity="{integrity}" crossorigin="anonymous"'
    return Tags(
        version=name.partition("-")[2],
        url=url,
        pinned_url=pinned_url,
        integrity=integrity,
        latest=f'<script async src="{escape(url)}" data-site="{site}"></script>',
        pinned=f'<script async src="{escape(pinned_url)}" {checked} data-site="{site}"></script>',
        head=f'<script data-site="{site}">{builds.head()}</script>',
        policy={
            "script-src": [f"{parts.scheme}://{parts.netloc}", f"'{hash_of_head}'"],
            "connect-src": [f"{parts.scheme}://{parts.netloc}"],
        },
    )
