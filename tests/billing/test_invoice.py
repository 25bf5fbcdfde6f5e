"""Invoices add up to the cent, by the rules of EN 16931, and say what the law wants."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing import invoice
from chalicelib.billing.invoice import Draft, Invoice, Parties, Unbillable, draft, parties_of
from chalicelib.billing.ledger import correction, first_entry
from chalicelib.billing.lines import Usage, usage_of
from chalicelib.billing.rendering import render
from chalicelib.billing.terms import Category, Terms
from chalicelib.billing.vat import UnclearVat
from chalicelib.directory.identity import VatTerritory
from chalicelib.kernel.money import Money
from chalicelib.kernel.periods import Month
from tests.billing.builders import (
    BUYER,
    NOVEMBER_22,
    SELLER,
    a_call,
    a_rate,
    a_tariff,
    an_entry,
)

NOVEMBER = Month("2026-11")
ISSUED = date(2026, 12, 1)
PARTIES = Parties(SELLER, BUYER, Terms())


def invoiced(*entries: Any, parties: Parties = PARTIES) -> Draft:
    return draft(usage_of(NOVEMBER, entries), parties, ISSUED)


def rendered(drawn: Draft) -> dict[str, Any]:
    return render(Invoice("F2026-000001", drawn))


def test_a_line_is_rounded_once_for_all_its_calls() -> None:
    tariff = a_tariff(a_rate(per_minute="0.0142", first_seconds=60))
    calls = [an_entry(60, tariff, call_id=f"CA{n}") for n in range(3)]

    drawn = invoiced(*calls)

    assert [str(each.line.net) for each in drawn.lines] == ["0.04"]
    assert str(calls[0].difference.to_cents() * 3) == "0.03"


def test_vat_is_taken_once_on_the_sum_of_the_lines() -> None:
    tariff = a_tariff(
        *(
            a_rate(name, per_minute="0", per_call="0.33", families=[name])
            for name in ("npv", "mobile", "polyvalent")
        )
    )
    families = [rate.families for rate in tariff.versions[0].entries]
    calls = [
        an_entry(10, tariff, call_id=f"CA{at}", family=next(iter(family or ())))
        for at, family in enumerate(families)
    ]

    drawn = invoiced(*calls)

    assert [str(each.line.net) for each in drawn.lines] == ["0.33", "0.33", "0.33"]
    assert (str(drawn.net), str(drawn.tax), str(drawn.total)) == ("0.99", "0.20", "1.19")


@pytest.mark.parametrize(
    ("territory", "tax", "category"),
    [
        (VatTerritory.METROPOLE, "20.00", "S"),
        (VatTerritory.MARTINIQUE, "8.50", "S"),
        (VatTerritory.GUADELOUPE, "8.50", "S"),
        (VatTerritory.REUNION, "8.50", "S"),
        (VatTerritory.GUYANE, "0.00", "O"),
        (VatTerritory.MAYOTTE, "0.00", "O"),
    ],
)
def test_a_hundred_euros_bear_the_vat_of_the_buyer_s_territory(
    territory: VatTerritory, tax: str, category: str
) -> None:
    hundred = an_entry(60, a_tariff(a_rate(per_minute="100")))
    buyer = replace(BUYER, territory=territory)

    drawn = invoiced(hundred, parties=Parties(SELLER, buyer, Terms()))

    assert str(drawn.tax) == tax
    assert rendered(drawn)["vat_breakdown"][0]["category"] == category


def test_time_and_connections_are_lines_of_their_own() -> None:
    tariff = a_tariff(a_rate("Fixe", per_minute="0.06", per_call="0.05"))

    document = rendered(invoiced(*(an_entry(90, tariff, call_id=f"CA{n}") for n in range(2))))

    time, connections = document["lines"]
    assert (time["quantity"], time["unit_code"], time["net_price"]) == ("180", "SEC", "0.06")
    assert (time["price_base_quantity"], time["net_amount"]) == ("60", "0.18")
    assert (connections["quantity"], connections["unit_code"]) == ("2", "C62")
    assert (connections["net_price"], connections["net_amount"]) == ("0.05", "0.10")
    assert time["name"] == "Communications « Fixe »"
    assert connections["name"] == "Mises en relation « Fixe »"
    assert time["description"] == "2 appels, 180 s facturées, 0,06\u00a0€ HT la minute"


def test_a_price_with_vat_is_split_so_that_the_customer_pays_what_was_announced() -> None:
    d080 = a_tariff(a_rate("D080", per_minute="0.80", includes_vat=True))

    drawn = invoiced(an_entry(95, d080))

    assert (str(drawn.net), str(drawn.tax), str(drawn.total)) == ("1.06", "0.21", "1.27")


def test_late_usage_stands_on_lines_of_its_own() -> None:
    october = NOVEMBER_22 - timedelta(days=30)
    late = an_entry(60, started_at=october, call_id="CA0")

    document = rendered(invoiced(late, an_entry(60)))

    assert [line["usage_month"] for line in document["lines"]] == ["2026-10", "2026-11"]
    assert document["lines"][0]["name"] == (
        "Communications « Standard » (usage tardif d’octobre 2026)"
    )


def test_a_correction_bills_the_difference_only() -> None:
    october = NOVEMBER_22 - timedelta(days=30)
    first = an_entry(60, started_at=october)
    fixed = correction(first, an_entry(90, started_at=october))
    assert fixed is not None

    drawn = invoiced(fixed)

    assert str(drawn.net) == "0.03"
    assert [each.line.quantity for each in drawn.lines] == [30]


def test_a_correction_to_a_dearer_rate_takes_the_old_charge_back() -> None:
    first = an_entry(60, a_tariff(a_rate("old", per_minute="0.06")))
    fixed = correction(first, an_entry(60, a_tariff(a_rate("new", per_minute="0.10"))))
    assert fixed is not None

    document = rendered(invoiced(fixed))

    assert [(line["quantity"], line["net_amount"]) for line in document["lines"]] == [
        ("60", "0.10"),
        ("-60", "-0.06"),
    ]
    assert all(not line["net_price"].startswith("-") for line in document["lines"])


def test_calls_that_cost_nothing_are_still_itemised() -> None:
    drawn = invoiced(an_entry(60, a_tariff(a_rate(per_minute="0"))))

    assert [each.line.calls for each in drawn.lines] == [1]
    assert drawn.total == Money.zero


charges = st.lists(
    st.tuples(
        st.integers(0, 5_000),
        st.sampled_from(["npv", "mobile", "polyvalent", "sva_majore"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=40,
)
TARIFF = a_tariff(
    a_rate("npv", per_minute="0.014217", families=["npv"], vat_rate="20"),
    a_rate("mobile", per_minute="0.08", per_call="0.0333", families=["mobile"], vat_rate="5.5"),
    a_rate("poly", per_minute="0", per_call="0.111111", families=["polyvalent"]),
    a_rate("sva", per_minute="0.8", families=["sva_majore"], includes_vat=True, minimum="0.15"),
)


def usage_from(made: list[tuple[int, str, bool]]) -> Usage:
    from chalicelib.kernel.numbering import Family

    usage = Usage(NOVEMBER)
    for at, (seconds, family, corrected) in enumerate(made):
        entry = an_entry(seconds, TARIFF, call_id=f"CA{at}", family=Family(family))
        usage.add(entry)
        fixed = correction(
            entry, an_entry(seconds + 7, TARIFF, call_id=f"CA{at}", family=Family(family))
        )
        if corrected and fixed is not None:
            usage.add(fixed)
    return usage


@given(charges)
def test_an_invoice_keeps_the_calculation_rules(made: list[tuple[int, str, bool]]) -> None:
    usage = usage_from(made)

    document = rendered(draft(usage, PARTIES, ISSUED))

    def total(name: str, rows: list[dict[str, Any]]) -> Decimal:
        return sum((Decimal(row[name]) for row in rows), Decimal(0))

    totals = {name: Decimal(value) for name, value in document["totals"].items()}
    breakdown = document["vat_breakdown"]
    assert document["lines"]  # BR-16
    assert totals["lines"] == total("net_amount", document["lines"])  # BR-CO-10
    assert totals["net"] == totals["lines"] == total("taxable_amount", breakdown)  # BR-CO-13
    assert totals["vat"] == total("tax_amount", breakdown)  # BR-CO-14
    assert totals["gross"] == totals["net"] + totals["vat"] == totals["payable"]  # BR-CO-15, -16
    for each in breakdown:  # BR-CO-17
        exact = Decimal(each["taxable_amount"]) * Decimal(each["rate"]) / 100
        assert Decimal(each["tax_amount"]) == exact.quantize(Decimal("0.01"), ROUND_HALF_UP)
        same = [line for line in document["lines"] if line["vat_rate"] == each["rate"]]
        assert Decimal(each["taxable_amount"]) == total("net_amount", same)  # BR-S-08
    for line in document["lines"]:
        assert Decimal(line["net_price"]) >= 0  # BR-27
        assert len(line["net_price"].partition(".")[2]) <= 6  # BR-FR-DEC-03
        assert len(line["net_amount"].partition(".")[2]) == 2  # BR-DEC


@given(charges, st.randoms(use_true_random=False))
def test_the_order_in_which_charges_come_changes_nothing(
    made: list[tuple[int, str, bool]], dice: Any
) -> None:
    tariff = a_tariff(a_rate(per_minute="0.0142"))
    entries = [
        an_entry(seconds, tariff, call_id=f"CA{at}") for at, (seconds, _, _) in enumerate(made)
    ]
    shuffled = list(entries)
    dice.shuffle(shuffled)

    assert usage_of(NOVEMBER, shuffled).lines() == usage_of(NOVEMBER, entries).lines()


@given(charges)
def test_a_line_is_within_half_a_cent_of_its_itemised_bill(
    made: list[tuple[int, str, bool]],
) -> None:
    tariff = a_tariff(a_rate(per_minute="0.0142"))
    entries = [
        an_entry(seconds, tariff, call_id=f"CA{at}") for at, (seconds, _, _) in enumerate(made)
    ]

    (line,) = usage_of(NOVEMBER, entries).lines()

    itemised = sum((entry.difference for entry in entries), Money.zero)
    assert abs((line.net - itemised).micros) <= 5_000


def test_the_mandatory_mentions_are_there() -> None:
    terms = Terms(
        penalty_rate="12.15",
        iban="FR7630006000011234567890189",
        order_reference="BC-42",
        vat_on_debits=True,
    )

    document = rendered(invoiced(an_entry(), parties=Parties(SELLER, BUYER, terms)))

    assert document["number"] == "F2026-000001"
    assert (document["issue_date"], document["due_date"]) == ("2026-12-01", "2026-12-31")
    assert document["period"] == {"start": "2026-11-01", "end": "2026-11-30"}
    assert (document["type_code"], document["business_process"]) == ("380", "S1")
    assert document["currency"] == "EUR"
    assert document["order_reference"] == "BC-42"
    for role in ("seller", "buyer"):
        party = document[role]
        assert party["name"]
        assert party["siren"]
        assert party["vat_id"]
        assert party["address"]["country"] == "FR"
        assert party["electronic_address"] == {"scheme": "0225", "id": party["siren"]}
    notes = {note["code"]: note["text"] for note in document["notes"]}
    assert list(notes) == ["PMT", "PMD", "AAB", "BAR", "TXD"]
    assert "40 €" in notes["PMT"]
    assert "12,15 %" in notes["PMD"]
    assert notes["BAR"] == "B2B"
    assert document["payment"]["means_code"] == "30"


def test_terms_that_say_nothing_have_lawful_defaults() -> None:
    document = rendered(invoiced(an_entry()))

    notes = {note["code"]: note["text"] for note in document["notes"]}
    assert "BCE majoré de 10 points" in notes["PMD"]
    assert notes["AAB"] == "Pas d'escompte pour paiement anticipé."
    assert "means_code" not in document["payment"]


@pytest.mark.parametrize(
    ("siren", "vat_id", "country", "audience"),
    [
        ("303265045", "FR40303265045", "FR", "B2B"),
        (None, None, "FR", "B2C"),
        (None, "DE123456789", "DE", "B2BINT"),
        (None, None, "US", "B2C"),
    ],
)
def test_a_note_tells_how_the_invoice_travels(
    siren: str | None, vat_id: str | None, country: str, audience: str
) -> None:
    address = replace(BUYER.address, country=country)
    territory = VatTerritory.METROPOLE if country == "FR" else None
    buyer = replace(BUYER, siren=siren, vat_id=vat_id, address=address, territory=territory)

    document = rendered(invoiced(an_entry(), parties=Parties(SELLER, buyer, Terms())))

    assert {"code": "BAR", "text": audience} in document["notes"]


def test_what_is_missing_of_the_parties_is_named() -> None:
    with pytest.raises(Unbillable) as nobody:
        parties_of(None, None, Terms())
    with pytest.raises(Unbillable) as anonymous:
        parties_of(replace(SELLER, siren=None), BUYER, Terms())

    assert {fault.pointer for fault in nobody.value.faults} == {"/legal", "/terms/seller"}
    assert {fault.pointer for fault in anonymous.value.faults} == {"/terms/seller/siren"}


def test_the_terms_seller_goes_before_the_agency() -> None:
    other = replace(SELLER, legal_name="Autre SAS")

    assert parties_of(SELLER, BUYER, Terms(seller=other)).seller == other
    assert parties_of(SELLER, BUYER, Terms()).seller == SELLER


def test_calls_without_a_price_are_not_forgotten() -> None:
    unpriced = first_entry(a_call(call_id="CA7"), None, NOVEMBER_22)

    with pytest.raises(Unbillable) as caught:
        invoiced(unpriced, an_entry())

    assert [fault.pointer for fault in caught.value.faults] == ["/calls/CA7"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_call_that_got_its_price_later_is_billable(order: tuple[int, int]) -> None:
    unpriced = first_entry(a_call(), None, NOVEMBER_22)
    priced = correction(unpriced, an_entry())
    assert priced is not None

    entries = (unpriced, priced)

    assert str(invoiced(*(entries[at] for at in order)).net) == "0.10"


def test_a_tariff_without_vat_needs_a_reason() -> None:
    free_of_vat = an_entry(60, a_tariff(a_rate(vat_rate="0")))
    franchise = Terms(
        exemption=Category.EXEMPT, exemption_reason="TVA non applicable, art. 293 B du CGI"
    )

    with pytest.raises(UnclearVat):
        invoiced(free_of_vat)
    drawn = invoiced(free_of_vat, parties=Parties(SELLER, BUYER, franchise))

    assert rendered(drawn)["vat_breakdown"] == [
        {
            "category": "E",
            "rate": "0",
            "taxable_amount": "0.06",
            "tax_amount": "0.00",
            "exemption_reason": "TVA non applicable, art. 293 B du CGI",
        }
    ]


@pytest.mark.parametrize(
    ("country", "vat_id", "category"),
    [("DE", "DE123456789", "AE"), ("US", None, "O"), ("CH", None, "O")],
)
def test_a_buyer_abroad_pays_no_french_vat(country: str, vat_id: str | None, category: str) -> None:
    address = replace(BUYER.address, country=country)
    buyer = replace(BUYER, siren=None, vat_id=vat_id, address=address, territory=None)

    document = rendered(invoiced(an_entry(), parties=Parties(SELLER, buyer, Terms())))

    (total,) = document["vat_breakdown"]
    assert (total["category"], total["rate"], total["tax_amount"]) == (category, "0", "0.00")
    assert total["exemption_reason"]


@pytest.mark.parametrize(
    "unclear",
    [
        {"territory": VatTerritory.SAINT_MARTIN},
        {"territory": VatTerritory.NOUVELLE_CALEDONIE},
        {"territory": None, "vat_id": None, "address": replace(BUYER.address, country="DE")},
    ],
)
def test_vat_that_no_rule_settles_is_not_guessed(unclear: dict[str, Any]) -> None:
    with pytest.raises(UnclearVat):
        invoiced(an_entry(), parties=Parties(SELLER, replace(BUYER, **unclear), Terms()))


def test_a_seller_without_a_vat_number_cannot_charge_vat() -> None:
    with pytest.raises(UnclearVat):
        invoiced(an_entry(), parties=Parties(replace(SELLER, vat_id=None), BUYER, Terms()))


@pytest.mark.parametrize(
    ("series", "serial", "written"),
    [("F2026", 1, "F2026-000001"), ("AG-12-2026", 1_234_567, "AG-12-2026-1234567")],
)
def test_a_number_is_one_that_networks_take(series: str, serial: int, written: str) -> None:
    assert invoice.number(series, serial) == written
    assert invoice.NUMBER.fullmatch(written)


@pytest.mark.parametrize(("series", "serial"), [("F 2026", 1), ("F2026", 0), ("F" * 30, 1)])
def test_a_number_that_networks_refuse_is_never_made(series: str, serial: int) -> None:
    with pytest.raises(ValueError, match="no invoice number"):
        invoice.number(series, serial)


def test_the_year_of_a_series_is_that_of_the_issue_date() -> None:
    drawn = invoiced(an_entry())

    assert drawn.series == "F2026"
    assert replace(drawn, issued_on=datetime(2027, 1, 1, tzinfo=UTC).date()).series == "F2027"
