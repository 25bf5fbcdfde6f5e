"""Places that visitors pass through bring nobody, nor do the site's other hosts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalicelib.tracking.landing import passing
from chalicelib.tracking.landing.channels import WebChannel
from chalicelib.tracking.landing.classifying import Evidence, classify
from chalicelib.tracking.visits.visits import is_from_outside

SHOP = "https://www.boutique.example"
LIST = Path(passing.__file__).with_name("passing.json")


@pytest.mark.parametrize(
    "referrer",
    [
        "https://accounts.google.com/",
        "https://accounts.google.fr/",
        "https://login.live.com/",
        "https://appleid.apple.com/",
        "https://app.franceconnect.gouv.fr/",
        "https://boutique.eu.auth0.com/",
        "https://www.paypal.com/",
        "https://hooks.stripe.com/",
        "https://3ds.worldline.com/",
        "https://belgium-3dsecure.wlp-acs.com/",
        "https://paiement.systempay.fr/",
        "https://p.monetico-services.com/",
        "https://tpeweb.e-transactions.fr/",
        "https://payment-webinit.mercanet.bnpparibas.net/",
        "https://checkoutshopper-live.adyen.com/",
        "https://pay.amazon.fr/",
        "https://pay.google.com/",
    ],
)
def test_whoever_comes_back_from_paying_or_logging_in_was_not_brought_by_it(referrer: str) -> None:
    landing = classify(f"{SHOP}/merci", referrer)

    assert (landing.channel, landing.source, landing.medium) == (WebChannel.DIRECT, "", "")
    assert landing.evidence is Evidence.PASSING
    assert not is_from_outside(landing)


@pytest.mark.parametrize(
    ("referrer", "source"),
    [
        ("https://www.amazon.fr/", "amazon"),
        ("https://www.google.com/", "google"),
        ("https://google.com/", "google"),
        ("https://maps.google.fr/", "google"),
        ("https://docs.google.com/", "docs.google.com"),
        ("https://business.google.com/", "business.google.com"),
        ("https://notpaypal.com/", "notpaypal.com"),
        ("https://paypal.com.mechant.example/", "paypal.com.mechant.example"),
    ],
)
def test_its_neighbours_bring_whom_they_send(referrer: str, source: str) -> None:
    landing = classify(f"{SHOP}/", referrer)

    assert (landing.source, landing.evidence) == (source, Evidence.REFERRER)


def test_an_advert_on_such_a_place_is_an_advert() -> None:
    landing = classify(f"{SHOP}/?gclid=Cj0", "https://www.paypal.com/")

    assert (landing.channel, landing.evidence) == (WebChannel.PAID_SEARCH, Evidence.CLICK)


@pytest.mark.parametrize(
    ("own", "referrer", "evidence"),
    [
        ("www.boutique.example", "https://blog.boutique.example/", Evidence.INTERNAL),
        ("www.boutique.example", "https://boutique.example/", Evidence.INTERNAL),
        ("boutique.example", "https://commande.boutique.example/", Evidence.INTERNAL),
        ("shop.boutique.example", "https://blog.boutique.example/", Evidence.REFERRER),
        ("boutique.host.example", "https://autre.host.example/", Evidence.REFERRER),
        ("www.example", "https://autre.example/", Evidence.REFERRER),
    ],
)
def test_hosts_below_the_sites_name_are_the_sites_own(
    own: str, referrer: str, evidence: Evidence
) -> None:
    assert classify(f"https://{own}/", referrer, hosts=[own]).evidence is evidence


def test_every_place_says_where_it_is_documented() -> None:
    places = [
        each for kind in json.loads(LIST.read_text("utf-8")).values() for each in kind.values()
    ]

    assert all(each["see"].startswith(("https://", "http://")) for each in places)
    assert all(
        host == host.lower() and "/" not in host for each in places for host in each["hosts"]
    )
    assert sum(len(each["hosts"]) for each in places) == len(passing._known())
