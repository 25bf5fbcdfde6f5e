"""Sites over HTTP: made, changed, retired, and what would be said to have brought a visit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.house.shops import Shop

SHOP = "https://www.boutique.example"
PRINTED = "+33472001122"
SITE: dict[str, Any] = {"name": "Boutique", "origins": [SHOP]}
RULE = {
    "name": "Partenaire",
    "when": [{"field": "query.from", "test": "is", "value": "partenaire"}],
    "channel": "affiliates",
}


def made(shop: Shop, **fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = shop.makes("/v1/sites", {**SITE, **fields})
    return found


def classified(shop: Shop, site: dict[str, Any], **visit: str) -> dict[str, Any]:
    heard = shop.ask("POST", f"/v1/sites/{site['id']}/classify", visit)
    assert heard.status == 200, heard.text
    found: dict[str, Any] = heard.json
    return found


def line_of(shop: Shop) -> str:
    """Return one of the shop's own numbers."""
    return str(shop.gets("/v1/numbers")["items"][0]["number"])


def pointers(heard: Any) -> list[str]:
    return [each["pointer"] for each in heard.json["errors"]]


def test_a_site_is_made_and_shown(shop: Shop) -> None:
    pool = shop.makes("/v1/pools", {"name": "Visiteurs"})["id"]
    standins = [{"number": line_of(shop), "channel": "paid_search", "campaign": "Rentrée"}]
    swap = {"find": "04 72 00 11 22", "pool_id": pool, "standins": standins}
    site = made(shop, swaps=[swap], rules=[RULE])

    assert site["id"].startswith("site_")
    (shown,) = site["swaps"]
    assert (shown["find"], shown["pool_id"]) == (PRINTED, pool)
    assert shown["standins"] == [{**standins[0], "source": None, "medium": None}]
    assert site["rules"][0]["when"] == RULE["when"]
    assert shop.gets(f"/v1/sites/{site['id']}") == site
    assert site in shop.gets("/v1/sites")["items"]


def test_a_visit_is_tried_by_the_sites_own_rules(shop: Shop) -> None:
    site = made(shop, rules=[RULE])

    found = classified(shop, site, url=f"{SHOP}/?from=Partenaire", referrer="https://a.example/")

    assert (found["channel"], found["evidence"], found["rule"]) == (
        "affiliates",
        "rule",
        "Partenaire",
    )
    assert (found["source"], found["medium"]) == ("a.example", "referral")


def test_a_rule_may_say_that_visits_were_on_their_way(shop: Shop) -> None:
    when = [{"field": "referrer", "test": "ends_with", "value": "3ds.banque.example"}]
    site = made(shop, rules=[{"name": "Notre banque", "when": when, "passing": True}])

    found = classified(shop, site, url=f"{SHOP}/merci", referrer="https://3ds.banque.example/")

    assert site["rules"][0]["passing"] is True
    assert (found["channel"], found["evidence"]) == ("direct", "passing")
    assert found["rule"] == "Notre banque"


def test_a_rule_is_kept_as_what_it_looks_at_is_written(shop: Shop) -> None:
    when = [
        {"field": "query.UTM_Source", "test": "is", "value": "Radio"},
        {"field": "referrer", "test": "ends_with", "value": "métro.example"},
    ]
    site = made(shop, rules=[{**RULE, "when": when}])

    fields = [(each["field"], each["value"]) for each in site["rules"][0]["when"]]
    assert fields == [("query.utm_source", "Radio"), ("referrer", "xn--mtro-bpa.example")]
    url = f"{SHOP}/?utm_source=radio"
    assert (
        classified(shop, site, url=url, referrer="https://métro.example/")["rule"] == "Partenaire"
    )


@pytest.mark.parametrize(
    ("visit", "pointer"),
    [
        ({"url": "not a url"}, "/url"),
        ({"url": "about:blank"}, "/url"),
        ({"url": "https://www.autre.example/"}, "/url"),
        ({"url": f"{SHOP}/", "referrer": "facebook.com"}, "/referrer"),
    ],
)
def test_what_no_page_of_the_site_sends_is_refused(
    shop: Shop, visit: dict[str, str], pointer: str
) -> None:
    heard = shop.ask("POST", f"/v1/sites/{made(shop)['id']}/classify", visit)

    assert heard.status == 422 or heard.status == 400, heard.text
    assert pointers(heard) == [pointer]


def test_a_tagged_visit_is_told_from_its_tags(shop: Shop) -> None:
    url = f"{SHOP}/promo?utm_source=google&utm_medium=cpc&utm_campaign=Noel&gclid=Cj0"

    found = classified(shop, made(shop), url=url)

    assert (found["channel"], found["campaign"], found["path"]) == ("paid_search", "Noel", "/promo")
    assert found["click"] == {"parameter": "gclid", "id": "Cj0"}


def test_a_link_of_the_site_itself_brings_nobody(shop: Shop) -> None:
    found = classified(shop, made(shop), url=f"{SHOP}/panier", referrer=f"{SHOP}/")

    assert (found["channel"], found["evidence"]) == ("direct", "internal")


def test_a_site_is_changed_and_keeps_what_was_not_sent(shop: Shop) -> None:
    site = made(shop, rules=[RULE])
    path = f"/v1/sites/{site['id']}"

    heard = shop.ask("PATCH", path, {"name": "Salon"}, if_match='"1"')

    assert heard.status == 200, heard.text
    assert heard.json == {**site, "name": "Salon", "version": 2}
    assert shop.ask("PATCH", path, {"name": "Autre"}, if_match='"1"').status == 412


def test_a_site_that_is_retired_is_gone(shop: Shop) -> None:
    site = made(shop)

    assert shop.ask("DELETE", f"/v1/sites/{site['id']}").status == 204
    assert shop.ask("GET", f"/v1/sites/{site['id']}").status == 404
    assert site["id"] not in {each["id"] for each in shop.gets("/v1/sites")["items"]}


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"origins": []}, "/origins"),
        ({"origins": ["boutique.example"]}, "/origins/0"),
        ({"origins": ["https://boutique.example/"]}, "/origins/0"),
        ({"origins": ["http://boutique.example"]}, "/origins/0"),
        ({"origins": [SHOP, SHOP]}, "/origins"),
        ({"swaps": [{"find": PRINTED}]}, "/swaps/0"),
        ({"swaps": [{"find": "12", "pool_id": "x"}]}, "/swaps/0/find"),
        ({"swaps": [{"find": PRINTED, "pool_id": "pool_other"}]}, "/swaps/0/pool_id"),
        (
            {"swaps": [{"find": PRINTED, "standins": [{"number": "+33162019876"}]}]},
            "/swaps/0/standins/0/number",
        ),
        ({"rules": [{**RULE, "when": []}]}, "/rules/0/when"),
        ({"rules": [{**RULE, "channel": "fax"}]}, "/rules/0/channel"),
        (
            {"rules": [{**RULE, "when": [{"field": "mood", "test": "is", "value": "x"}]}]},
            "/rules/0/when/0/field",
        ),
        (
            {
                "rules": [
                    {
                        **RULE,
                        "when": [
                            {"field": "referrer", "test": "is", "value": "https://a.example/"}
                        ],
                    }
                ]
            },
            "/rules/0/when/0/value",
        ),
    ],
)
def test_a_site_that_cannot_be_served_is_refused_where_it_is_wrong(
    shop: Shop, fields: dict[str, Any], pointer: str
) -> None:
    heard = shop.ask("POST", "/v1/sites", {**SITE, **fields})

    assert heard.status == 422 or heard.status == 400, heard.text
    assert pointer in pointers(heard)


def test_a_number_is_swapped_in_one_way(shop: Shop) -> None:
    swap = {"find": PRINTED, "standins": [{"number": line_of(shop)}]}
    heard = shop.ask("POST", "/v1/sites", {**SITE, "swaps": [swap, swap]})

    assert pointers(heard) == ["/swaps/1/find"]


def test_origins_are_compared_as_browsers_send_them(shop: Shop) -> None:
    origins = ["HTTPS://Boutique.Example", "https://Boutiqué.example:8443", "http://localhost:8000"]
    site = made(shop, origins=origins)

    assert site["origins"] == [
        "https://boutique.example",
        "https://xn--boutiqu-hya.example:8443",
        "http://localhost:8000",
    ]
    found = classified(shop, site, url="https://boutiqué.example/", referrer="https://bing.com/")
    assert found["host"] == "xn--boutiqu-hya.example"
