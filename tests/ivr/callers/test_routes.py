"""The caller book over HTTP: written down, listed, imported, erased, and never named in a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.ivr.callers.book import MOST_AT_ONCE

if TYPE_CHECKING:
    from tests.house.shops import Shop

JEANNE: dict[str, Any] = {
    "number": "06 12 34 56 78",
    "first_name": "Jeanne",
    "name": "Martin",
    "vip": True,
    "fields": {"tier": "gold", "orders": 12, "late": False},
}
PAUL = {"number": "+33639981299", "blocked": True}


def written_down(shop: Shop, caller: dict[str, Any] = JEANNE) -> Any:
    return shop.makes("/v1/callers", caller, method="PUT")


def pointers(heard: Any) -> list[str]:
    return [each["pointer"] for each in heard.json["errors"]]


def test_a_caller_is_written_down_by_number_and_shown_by_id(shop: Shop) -> None:
    caller = written_down(shop)

    assert (caller["number"], caller["first_name"], caller["vip"]) == (
        "+33612345678",
        "Jeanne",
        True,
    )
    assert (caller["blocked"], caller["fields"]) == (False, JEANNE["fields"])
    assert shop.gets(f"/v1/callers/{caller['id']}") == caller


def test_writing_a_caller_down_again_replaces_what_was_known(shop: Shop) -> None:
    before = written_down(shop)

    after = written_down(shop, {"number": "+33612345678", "name": "Durand"})

    assert after["id"] == before["id"]
    assert (after["first_name"], after["name"], after["vip"], after["fields"]) == (
        "",
        "Durand",
        False,
        {},
    )
    assert shop.gets("/v1/callers")["items"] == [after]


def test_many_callers_come_in_one_request_and_it_can_be_repeated(shop: Shop) -> None:
    callers = [{"number": f"+336399{at:05}", "name": f"Client {at}"} for at in range(60)]

    for _ in range(2):
        assert shop.makes("/v1/callers/import", {"callers": callers}) == {"stored": 60}

    first = shop.gets("/v1/callers?limit=50")
    rest = shop.gets(f"/v1/callers?limit=50&cursor={first['next']}")
    names = {each["name"] for each in first["items"] + rest["items"]}
    assert (len(names), rest["next"]) == (60, None)


@pytest.mark.parametrize(
    ("callers", "pointer"),
    [
        pytest.param([PAUL, {"number": "12"}], "/callers/1/number", id="no number"),
        pytest.param([PAUL, {**JEANNE, "vip": "yes"}], "/callers/1/vip", id="no flag"),
        pytest.param([{**PAUL, "fields": {"Tier": 1}}], "/callers/0/fields/Tier", id="a name"),
        pytest.param([{**PAUL, "fields": {"a": "x" * 501}}], "/callers/0/fields/a", id="a value"),
        pytest.param([PAUL, JEANNE, PAUL], "/callers/2/number", id="twice"),
        pytest.param([], "/callers", id="none"),
        pytest.param([PAUL] * (MOST_AT_ONCE + 1), "/callers", id="too many"),
    ],
)
def test_a_list_with_a_fault_changes_nothing(shop: Shop, callers: Any, pointer: str) -> None:
    heard = shop.ask("POST", "/v1/callers/import", {"callers": callers})

    assert heard.status in {400, 422}
    assert any(each.startswith(pointer) for each in pointers(heard)), heard.text
    assert shop.gets("/v1/callers")["items"] == []


def test_an_erased_caller_is_gone_from_every_table(shop: Shop) -> None:
    caller = written_down(shop)

    erased = shop.ask("DELETE", f"/v1/callers/{caller['id']}")

    assert (erased.status, erased.text) == (204, "")
    assert "+33612345678" not in str(shop.everything())
    assert shop.ask("GET", f"/v1/callers/{caller['id']}").status == 404
    assert shop.ask("DELETE", f"/v1/callers/{caller['id']}").status == 404


def test_no_number_stands_in_a_key(shop: Shop) -> None:
    caller = written_down(shop)

    (row,) = [row for row in shop.cloud.rows("ivr") if row["sk"]["S"] == "caller"]

    keys = [row[name]["S"] for name in ("pk", "sk", "account_pk", "account_sk")]
    assert not any("12345678" in each for each in [*keys, caller["id"]])
