"""The examples of docs/consents.md, as a reader would send them."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from chalicelib.campaigns.consents.capture.forms import (
    CODE_LASTS,
    MOST_A_DAY,
    MOST_TEXTS_A_DAY,
    MOST_TEXTS_OF_ACCOUNT,
    MOST_TRIES,
)
from chalicelib.campaigns.consents.consents import Channel, Status
from chalicelib.campaigns.consents.models import MOST_IMPORTED, MOST_SUPPRESSED
from chalicelib.runtime import telling
from tests.campaigns.consents.test_capture import Page, Phone
from tests.house.shops import NUMBER, open_shop

if TYPE_CHECKING:
    import pytest

    from tests.clouds import Cloud

EXAMPLE = r"```json\n(.*?)```"
PAGE = (Path(__file__).parents[3] / "docs" / "consents.md").read_text(encoding="utf-8")


def test_the_examples_of_the_page_are_taken(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = open_shop(cloud, monkeypatch)
    examples = re.findall(EXAMPLE, PAGE, re.DOTALL)
    consent, _, _, _, withdrawal, suppression = map(json.loads, examples)

    made = shop.makes("/v1/consents", consent)
    shop.makes("/v1/consents/withdrawals", withdrawal)
    shop.makes("/v1/suppressions", suppression)

    assert (made["status"], made["lacks"]) == ("valid", [])
    assert shop.gets(f"/v1/consents/{made['id']}")["status"] == "withdrawn"


def test_the_form_of_the_page_can_be_filled_in(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop(cloud, monkeypatch)
    _, form, filled_in, code, _, _ = map(json.loads, re.findall(EXAMPLE, PAGE, re.DOTALL))
    origin = "https://www.boutique.example"
    site = shop.makes("/v1/sites", {"name": "Boutique", "origins": [origin], "swaps": []})["id"]
    phone = Phone()
    monkeypatch.setattr(telling, "CarrierTexts", lambda _: phone)
    made = shop.makes("/v1/consent-forms", {**form, "site": site, "sender": NUMBER})

    page = Page(shop, site, made["id"])
    known = {"site": site, "form": made["id"]}
    sent = page.sends("/t/consents", {**filled_in, **known})
    typed = page.sends("/t/consents/codes", {**code, **known, "code": phone.code})

    assert [sent.json["status"], typed.json["status"]] == ["code_sent", "recorded"]


def test_the_page_names_every_limit() -> None:
    assert (MOST_A_DAY, MOST_TEXTS_A_DAY, MOST_TEXTS_OF_ACCOUNT) == (5, 3, 1_000)
    assert (5, timedelta(minutes=15)) == (MOST_TRIES, CODE_LASTS)
    assert (MOST_IMPORTED, MOST_SUPPRESSED) == (200, 5_000)


def test_the_page_names_every_channel_every_channel_and_status() -> None:
    for each in (*Channel, *Status):
        assert f"`{each}`" in PAGE
