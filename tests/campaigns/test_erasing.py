"""Somebody who is erased: no row of the room has their number, and nobody rings or writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.campaigns.asked.stage import PERSON, a_stage
from tests.campaigns.reminders.test_reminders import plans, texts
from tests.house.shops import NUMBER
from tests.world import CONSENT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.campaigns.asked.stage import Stage

OTHER = "+33612345679"
ERASURES = ["/v1/contacts/erasures", "/v1/consents/erasures"]


@pytest.fixture
def stage() -> Iterator[Stage]:
    with a_stage() as opened:
        yield opened


def rows_with(stage: Stage, *words: str) -> list[dict[str, Any]]:
    rows = stage.shop.cloud.rows("campaigns")
    return [row for row in rows if any(word in str(row) for word in words)]


def everywhere(stage: Stage) -> Stage:
    """Have somebody in a list, with a consent, an appointment, an asking and a code awaited."""
    shop = stage.shop
    list_id = shop.makes("/v1/contact-lists", {"name": "Clients"})["id"]
    people = [{"numbers": [PERSON], "fields": {"name": "Lefèvre"}}, {"numbers": [OTHER, PERSON]}]
    shop.makes(f"/v1/contact-lists/{list_id}/contacts", {"contacts": people})
    shop.makes("/v1/consents", {**CONSENT, "number": PERSON})
    plans(stage)
    plans(stage, ref="rdv-43", number=OTHER)
    form = {"site": stage.site, "doubled": True, "sender": NUMBER, "covers": ["phone"]}
    form |= {name: CONSENT[name] for name in ("professional", "object", "text")}
    form_id = shop.makes("/v1/consent-forms", form)["id"]
    ticked = {"site": stage.site, "form": form_id, "number": PERSON, "covers": ["phone"]}
    assert stage.sends("/t/consents", ticked).json["status"] == "code_sent"
    stage.has_form()
    shop.makes("/v1/web-callbacks", {"form": stage.form, "number": PERSON, "label": "Lefèvre"})
    return stage


@pytest.mark.parametrize("path", ERASURES)
def test_whoever_is_erased_is_in_no_row_and_is_rung_and_reminded_no_more(
    stage: Stage, path: str
) -> None:
    everywhere(stage)
    kinds = {row["pk"]["S"].partition("#")[0] for row in rows_with(stage, PERSON)}
    assert kinds >= {"askings", "appointments", "pending"}

    erased = stage.shop.makes(path, {"number": PERSON})
    again = stage.shop.makes(path, {"number": PERSON})

    assert rows_with(stage, PERSON, "Lefèvre") == []
    assert (erased.get("contacts", 2), again.get("contacts", 0)) == (2, 0)
    (asked,) = stage.shop.gets("/v1/web-callbacks")["items"]
    assert (asked["state"], asked["why"], asked["number"]) == ("cancelled", "erased", None)
    (left,) = stage.shop.gets("/v1/appointments")["items"]
    assert left["ref"] == "rdv-43"
    sent = len(texts(stage))
    stage.looks(minutes=27 * 60)
    assert [each.to for each in stage.phone.orders[sent:]] == [OTHER]
    assert [each["state"] for name, each in stage.told if name == "callback.done"] == ["cancelled"]
    assert rows_with(stage, PERSON, "Lefèvre") == []


def test_an_appointment_that_is_another_person_s_by_now_stays_theirs(stage: Stage) -> None:
    plans(stage)
    plans(stage, number=OTHER)

    stage.shop.makes("/v1/contacts/erasures", {"number": PERSON})

    (left,) = stage.shop.gets("/v1/appointments")["items"]
    assert left["number"] == OTHER


def test_what_was_asked_for_and_is_over_is_forgotten_but_for_its_proof(stage: Stage) -> None:
    stage.has_form()
    body = {"form": stage.form, "number": PERSON, "label": "Lefèvre"}
    asked = stage.shop.makes("/v1/web-callbacks", body)
    stage.shop.ask("DELETE", f"/v1/web-callbacks/{asked['id']}")

    stage.shop.makes("/v1/consents/erasures", {"number": PERSON})

    (kept,) = stage.shop.gets("/v1/web-callbacks")["items"]
    assert (kept["state"], kept["why"], kept["number"]) == ("cancelled", None, None)
    assert kept["asked_at"] == asked["asked_at"]
    assert rows_with(stage, PERSON, "Lefèvre") == []
