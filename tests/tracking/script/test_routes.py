"""The doors of the script: handed over to anybody, and the tags that customers paste."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest

from app import app
from tests.gateway import BASE_URL, STAGE_PATH, ask
from tests.house.conftest import shop

if TYPE_CHECKING:
    from tests.gateway import Heard
    from tests.house.shops import Shop

__all__ = ["shop"]


def loads(path: str, **headers: str) -> Heard:
    """Load a file as a browser does, with no key."""
    spelt = {name.replace("_", "-"): value for name, value in headers.items()}
    return ask(app, "GET", path, headers=spelt)


def told(shop: Shop) -> dict[str, Any]:
    """Return what the API tells of a site's script."""
    swap = {"find": "+33472001122", "standins": [{"number": "+33162010001"}]}
    order = {"name": "Boutique", "origins": ["https://boutique.example"], "swaps": [swap]}
    site = shop.makes("/v1/sites", order)
    found: dict[str, Any] = shop.gets(f"/v1/sites/{site['id']}/script")
    return found


def path_of(url: str) -> str:
    """Return a URL as the app has it."""
    assert url.startswith(BASE_URL)
    return url.removeprefix(BASE_URL)


def test_the_newest_script_is_fresh_for_an_hour(shop: Shop) -> None:
    heard = loads("/t/cadran.js?site=site_1&v=2")

    assert heard.status == 200
    assert heard.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert heard.headers["Cache-Control"] == "public, max-age=3600"
    assert heard.headers["Access-Control-Allow-Origin"] == "*"
    again = loads("/t/cadran.js", if_none_match=f"W/{heard.headers['ETag']}")
    assert (again.status, again.text) == (304, "")


def test_a_pinned_script_is_fresh_for_a_year_and_has_the_hash_it_is_told_to_have(
    shop: Shop,
) -> None:
    script = told(shop)

    heard = loads(path_of(script["pinned_url"]))

    assert heard.headers["Cache-Control"] == "public, max-age=31536000"
    digest = b64encode(hashlib.sha384(heard.text.encode()).digest()).decode()
    assert script["integrity"] == f"sha384-{digest}"
    assert heard.text == loads("/t/cadran.js").text


def test_the_diagnosis_is_where_the_script_looks_for_it(shop: Shop) -> None:
    (path,) = re.findall(r'"([0-9a-f]{16}/debug\.js)"', loads("/t/cadran.js").text)

    assert loads(f"/t/{path}").status == 200


@pytest.mark.parametrize("path", ["/t/0000000000000000/cadran.js", "/t/builds/head.js", "/t/a/b"])
def test_a_script_that_never_was_is_not_there_and_nobody_keeps_that(path: str) -> None:
    heard = loads(path)

    assert (heard.status, heard.headers["Cache-Control"]) == (404, "no-store")


def test_the_tags_of_a_site_name_it_and_the_policy_allows_them(shop: Shop) -> None:
    script = told(shop)

    tags, policy = script["tags"], script["policy"]
    assert all('data-site="site_' in each for each in tags.values())
    assert script["url"] in tags["latest"]
    assert script["pinned_url"] in tags["pinned"]
    assert script["integrity"] in tags["pinned"]
    host = BASE_URL.removesuffix(STAGE_PATH)
    inline = re.fullmatch(r"<script [^>]*>(.*)</script>", tags["head"])
    assert inline is not None
    digest = b64encode(hashlib.sha256(inline[1].encode()).digest()).decode()
    assert policy == {"script-src": [host, f"'sha256-{digest}'"], "connect-src": [host]}
    assert "</" not in inline[1]
