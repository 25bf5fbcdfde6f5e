"""Terms are read with every fault, and survive being stored."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.billing.terms import Category, InvalidTerms, Terms, parse

SELLER = {
    "legal_name": "Opérateur SAS",
    "address": {"lines": ["1 rue du Cadran"], "postcode": "75010", "city": "Paris"},
    "email": "factures@operateur.example",
    "siren": "732829320",
    "vat_id": "FR44732829320",
    "territory": "metropole",
}


def test_no_terms_are_the_defaults() -> None:
    assert parse({}) == Terms()


def test_terms_survive_their_document() -> None:
    terms = parse(
        {
            "seller": SELLER,
            "series": "AG-1",
            "days_to_pay": 45,
            "penalty_rate": "12.15",
            "iban": "FR7630006000011234567890189",
            "vat_on_debits": True,
            "exemption": "E",
            "exemption_reason": "TVA non applicable, art. 293 B du CGI",
        }
    )

    assert parse(terms.to_document()) == terms
    assert terms.exemption is Category.EXEMPT
    assert terms.seller is not None


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        ({"days_to_pay": 46}, "/days_to_pay"),
        ({"days_to_pay": "30"}, "/days_to_pay"),
        ({"series": "F 1"}, "/series"),
        ({"series": "1F"}, "/series"),
        ({"penalty_rate": "12,15"}, "/penalty_rate"),
        ({"iban": "FR7630006000011234567890188"}, "/iban"),
        ({"iban": "FR76 3000"}, "/iban"),
        ({"vat_on_debits": 1}, "/vat_on_debits"),
        ({"exemption": "S", "exemption_reason": "x"}, "/exemption"),
        ({"exemption": "E"}, ""),
        ({"exemption_reason": "x"}, ""),
        ({"colour": "green"}, "/colour"),
        ({"seller": {**SELLER, "siren": "732829321"}}, "/seller/siren"),
        ({"seller": {**SELLER, "vat_id": "FR00732829320"}}, "/seller/vat_id"),
        ({"seller": {**SELLER, "email": "nobody"}}, "/seller/email"),
        ({"seller": {**SELLER, "address": {"lines": []}}}, "/seller/address"),
        ({"seller": "me"}, "/seller"),
        ([], ""),
    ],
)
def test_wrong_terms_are_refused_at_their_place(document: Any, pointer: str) -> None:
    with pytest.raises(InvalidTerms) as caught:
        parse(document)

    assert pointer in {fault.pointer for fault in caught.value.faults}
