"""Files of costs: what networks export is read, and what is wrong is told by line."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.money import Money
from chalicelib.tracking.costs import importing
from chalicelib.tracking.costs.days import Order
from chalicelib.tracking.costs.importing import ORIGINS, Owner, Read

OWNER = Owner("acct_1", datetime(2026, 11, 27, 12, tzinfo=UTC))

GOOGLE_FRENCH = """\
Rapport sur les campagnes
1 novembre 2026 - 2 novembre 2026
Jour;Campagne;Code de devise;Coût;Impr.
2026-11-01;Soldes;EUR;1 234,50;12
2026-11-01;Soldes;EUR;0,50;3
2026-11-02;Marque;EUR;0;0
Total : campagnes;;EUR;1 235,00;15
"""
META = """\
"Campaign name","Reporting starts","Reporting ends","Amount spent (EUR)"
"Rentrée","2026-11-01","2026-11-07","70.00"
"""


def read(text: str, kind: str = "cadran") -> Read:
    return importing.read(text, ORIGINS[kind], OWNER)


def faults(found: Read) -> list[tuple[int | None, str]]:
    return [(each.line, each.pointer) for each in found.faults]


def test_a_french_export_of_google_ads_is_read_as_it_is() -> None:
    found = read(GOOGLE_FRENCH, "google_ads")

    (soldes,) = found.costs
    assert (found.lines, found.faults) == (3, ())
    assert soldes.amount == Money.euros("1235.00")
    assert (soldes.target.channel, soldes.target.source) == ("paid_search", "google")
    assert (soldes.target.campaign, soldes.first, soldes.days) == ("Soldes", date(2026, 11, 1), 1)


def test_an_export_of_meta_has_periods() -> None:
    (cost,) = read(META, "meta").costs

    assert (cost.target.channel, cost.target.campaign) == ("paid_social", "Rentrée")
    assert (cost.first, cost.days, cost.amount) == (date(2026, 11, 1), 7, Money.euros("70.00"))


@pytest.mark.parametrize("source", ["fb", "Facebook", "facebook.com"])
def test_a_source_is_called_what_its_visits_are_counted_by(source: str) -> None:
    (cost,) = read(f"from;amount;source;medium;campaign\n2026-11-01;70;{source};CPC;Noël\n").costs

    target = cost.target
    assert (target.channel, target.source, target.medium) == ("paid_social", "facebook", "cpc")
    assert target.campaign == "Noël"


def test_a_campaign_that_is_called_like_a_total_is_none() -> None:
    text = (
        "Campaign,Day,Cost\n"
        "Total Recall,2026-11-05,5\n"
        "TotalEnergies,2026-11-05,6\n"
        "Totaux soldes,yesterday,7\n"
        "Total,2026-11-05,8\n"
        "Total: campaigns, --,26\n"
        "Total,,26\n"
    )

    found = read(text, "google_ads")

    assert [each.target.campaign for each in found.costs] == [
        "Total Recall",
        "TotalEnergies",
        "Total",
    ]
    assert (found.lines, faults(found)) == (4, [(4, "/from")])


MICROSOFT = "Gregorian date,Campaign name,Spend\n"


@pytest.mark.parametrize(
    ("file", "days"),
    [
        (MICROSOFT + "11/05/2026,a,1\n11/27/2026,b,2\n1/5/2026,c,3\n", ["11-05", "11-27", "01-05"]),
        (MICROSOFT + "05/11/2026,a,1\n27/11/2026,b,2\n5/1/2026,c,3\n", ["11-05", "11-27", "01-05"]),
        ("Jour;Campagne;Coût\n05/11/2026;a;1\n5/1/2026;b;2\n", ["11-05", "01-05"]),
        ("Date grégorienne,Nom de la campagne,Dépenses\n5/11/2026,a,1\n", ["11-05"]),
        ("from,campaign,amount\n05/11/2026,a,1\n", ["11-05"]),
        (MICROSOFT + "11/11/2026,a,1\n2026-11-05,b,2\n", ["11-11", "11-05"]),
    ],
    ids=["month first", "day first", "French", "French at Microsoft", "our own", "no doubt"],
)
def test_days_are_read_in_the_order_that_the_whole_file_tells(file: str, days: list[str]) -> None:
    found = read(file, "microsoft")

    assert found.faults == ()
    assert [f"{each.first:%m-%d}" for each in found.costs] == days


@pytest.mark.parametrize(
    ("file", "wrong"),
    [
        (MICROSOFT + "11/05/2026,a,1\n06/05/2026,b,2\n", [2, 3]),
        (MICROSOFT + "11/05/2026,a,1\n11/27/2026,b,2\n27/11/2026,c,3\n", [2]),
        ("from,campaign,amount\n11/05/2026,a,1\n11/27/2026,b,2\n", [2]),
    ],
    ids=["nothing tells", "both", "not as its columns say"],
)
def test_a_day_that_may_be_two_is_asked_for(file: str, wrong: list[int]) -> None:
    found = read(file, "microsoft")

    assert faults(found) == [(line, "/from") for line in wrong]
    assert found.faults[0].reason.startswith("2026-05-11 or 2026-11-05?")


def test_who_imports_may_say_which_is_written_first() -> None:
    file = MICROSOFT + "11/05/2026,a,1\n27/11/2026,b,2\n"

    found = importing.read(file, ORIGINS["microsoft"], OWNER, Order.MONTH_FIRST)

    assert [each.first for each in found.costs] == [date(2026, 11, 5)]
    assert faults(found) == [(3, "/from")]


def test_keywords_are_those_of_visits_however_they_are_matched() -> None:
    text = (
        "Jour,Campagne,Mot clé,Coût\n"
        "2026-11-05,Noel,[plombier lyon],1\n"
        '2026-11-05,Noel,"""plombier lyon""",2\n'
        "2026-11-05,noel,+Plombier +Lyon,4\n"
        '2026-11-05,Noel,c++ "lyon",8\n'
    )

    found = read(text, "google_ads")

    assert [(each.target.term, each.amount) for each in found.costs] == [
        ("plombier lyon", Money.euros("7.00")),
        ('c++ "lyon"', Money.euros("8.00")),
    ]
    own = read("from,term,amount\n2026-11-05,[plombier],1\n")
    assert own.costs[0].target.term == "[plombier]"


def test_the_same_file_again_names_the_same_costs() -> None:
    one, other = read(META, "meta"), read(META.replace("70.00", "75.00"), "meta")

    assert [each.id for each in one.costs] == [each.id for each in other.costs]
    assert other.costs[0].amount == Money.euros("75.00")


def test_each_line_tells_what_is_wrong_with_it() -> None:
    text = (
        "campaign,from,to,amount,currency\n"
        "a,2026-11-31,,5,EUR\n"
        "b,yesterday,,5,EUR\n"
        "c,2026-11-02,2026-11-01,5,EUR\n"
        "d,2026-11-02,,five,EUR\n"
        "e,2026-11-02,,5,USD\n"
        ",2026-11-02,,5,EUR\n"
        "g,2026-11-02,,,EUR\n"
        "h,2026-11-02,,-5,EUR\n"
        "i,2024-01-01,2026-11-02,5,EUR\n"
        "fine,27/11/2026,,5,EUR\n"
    )

    found = read(text)

    assert faults(found) == [
        (2, "/from"),
        (3, "/from"),
        (4, "/to"),
        (5, "/amount"),
        (6, "/currency"),
        (7, "/campaign"),
        (8, "/amount"),
        (9, "/amount"),
        (10, "/to"),
    ]
    assert [each.target.campaign for each in found.costs] == ["fine"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no line names"),
        ("campaign,clicks\na,5\n", "no line names"),
        ("Campaign name,Day,Amount spent (USD)\na,2026-11-01,5\n", "no line names"),
        ("amount,from\n\x00", "not a text"),
        ('amount,from\n"' + "x" * 200_000, "not CSV"),
        ("amount,from\n" + "5,2026-11-01\n" * 20_001, "lines"),
    ],
    ids=["nothing", "other columns", "dollars", "binary", "one endless cell", "too long"],
)
def test_what_is_no_file_of_costs_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Rejected) as refused:
        read(text)

    assert reason in refused.value.faults[0].reason


@pytest.mark.parametrize(
    ("written", "euros"),
    [
        ("12", "12.00"),
        ("12.5", "12.50"),
        ("1,234", "1234.00"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1\u202f234,56\u00a0€", "1234.56"),
        ("12,5", "12.50"),
        ("0.005", "0.01"),
    ],
)
def test_amounts_are_read_as_people_write_them(written: str, euros: str) -> None:
    (cost,) = read(f"campaign;from;amount\na;2026-11-01;{written}\n").costs

    assert str(cost.amount) == euros


@pytest.mark.parametrize("written", ["1.2.3", "1,2,3", "12e3", "٣", "1 €5x", "--1", "1" * 40])
def test_what_is_no_amount_is_told(written: str) -> None:
    assert faults(read(f"campaign;from;amount\na;2026-11-01;{written}\n")) == [(2, "/amount")]
