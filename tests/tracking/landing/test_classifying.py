"""What brought a visitor, told from what a browser sends."""

from __future__ import annotations

from time import process_time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.tracking.landing.addresses import LONGEST_VALUE
from chalicelib.tracking.landing.channels import WebChannel
from chalicelib.tracking.landing.classifying import Evidence, Landing, classify
from chalicelib.tracking.landing.rules import Condition, Rule, Test
from chalicelib.tracking.visits.visits import is_from_outside

SHOP = "https://www.boutique.example"
GOOGLE = "https://www.google.com/"


def facts(landing: Landing) -> tuple[str, str, str]:
    return str(landing.channel), landing.source, landing.medium


def a_rule(**changes: object) -> Rule:
    known: dict[str, object] = {
        "name": "Partenaires",
        "conditions": (Condition("referrer", Test.ENDS_WITH, "partenaire.example"),),
        "channel": WebChannel.AFFILIATES,
    }
    return Rule(**known | changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "click"),
    [
        ("gclid=a", ("paid_search", "google", "cpc")),
        ("gbraid=a", ("paid_search", "google", "cpc")),
        ("wbraid=a", ("paid_search", "google", "cpc")),
        ("msclkid=a", ("paid_search", "bing", "cpc")),
        ("ttclid=a", ("paid_social", "tiktok", "paid")),
        ("li_fat_id=a", ("paid_social", "linkedin", "paid")),
        ("fbclid=a", ("organic_social", "facebook", "")),
        ("fbclid=a&gclid=b", ("paid_search", "google", "cpc")),
    ],
)
def test_a_click_id_tells_the_network(query: str, click: tuple[str, str, str]) -> None:
    assert facts(classify(f"{SHOP}/?{query}")) == click


def test_tags_say_more_than_a_click_id_which_is_kept() -> None:
    landing = classify(f"{SHOP}/promo?utm_source=facebook&utm_medium=cpc&fbclid=Iw.1", GOOGLE)

    assert facts(landing) == ("paid_social", "facebook", "cpc")
    assert landing.click is not None
    assert (landing.click.parameter, landing.click.id) == ("fbclid", "Iw.1")
    assert landing.evidence is Evidence.TAGS


def test_a_click_id_fills_what_the_tags_leave_out() -> None:
    landing = classify(f"{SHOP}/?utm_campaign=Soldes&gclid=a")

    assert facts(landing) == ("paid_search", "google", "cpc")
    assert landing.campaign == "Soldes"


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("utm_source=S&utm_medium=M&utm_campaign=C&utm_term=T&utm_content=K", "smCTK"),
        ("mtm_source=S&mtm_medium=M&mtm_campaign=C&mtm_keyword=T&mtm_content=K", "smCTK"),
        ("pk_source=S&pk_medium=M&pk_campaign=C&pk_kwd=T&pk_content=K", "smCTK"),
        ("at_channel=S&at_medium=M&at_campaign=C&at_term=T&at_creation=K", "smCTK"),
        ("UTM_SOURCE=S&Utm_Medium=M&utm_campaign=C&utm_term=T&utm_content=K", "smCTK"),
        (
            "utm_source=S&utm_source=other&utm_medium=M&utm_campaign=C&utm_term=T&utm_content=K",
            "smCTK",
        ),
    ],
)
def test_every_spelling_of_tags_is_read(query: str, read: str) -> None:
    found = classify(f"{SHOP}/?{query}")

    parts = (found.source, found.medium, found.campaign, found.term, found.content)
    assert "".join(parts) == read


@pytest.mark.parametrize(
    ("referrer", "told"),
    [
        ("https://www.google.fr/", ("organic_search", "google", "organic")),
        ("https://www.google.co.uk/url", ("organic_search", "google", "organic")),
        ("https://www.qwant.com/", ("organic_search", "qwant", "organic")),
        ("https://l.facebook.com/", ("organic_social", "facebook", "social")),
        ("https://t.co/Abc", ("organic_social", "x", "social")),
        ("https://chatgpt.com/", ("ai_assistant", "chatgpt", "ai")),
        ("https://gemini.google.com/app", ("ai_assistant", "gemini", "ai")),
        ("https://chat.mistral.ai/", ("ai_assistant", "le-chat", "ai")),
        ("https://mail.google.com/", ("email", "gmail", "email")),
        ("https://messagerie.orange.fr/", ("email", "orange", "email")),
        ("https://www.pagesjaunes.fr/pros/1", ("directory", "pages-jaunes", "referral")),
        ("https://www.youtube.com/", ("organic_video", "youtube", "video")),
        ("https://www.leboncoin.fr/ad/1", ("organic_shopping", "leboncoin", "referral")),
        ("android-app://com.google.android.gm/", ("email", "gmail", "email")),
        ("https://www.blog.example/article", ("referral", "blog.example", "referral")),
        (
            "https://google.com.mechant.example/",
            ("referral", "google.com.mechant.example", "referral"),
        ),
        ("https://notgoogle.fr/", ("referral", "notgoogle.fr", "referral")),
        ("", ("direct", "", "")),
    ],
)
def test_who_linked_to_the_page_is_told_from_the_referrer(
    referrer: str, told: tuple[str, str, str]
) -> None:
    assert facts(classify(f"{SHOP}/", referrer)) == told


@pytest.mark.parametrize(
    ("query", "source", "medium"),
    [
        ("utm_source=chatgpt.com", "chatgpt", ""),
        ("utm_source=Google&utm_medium=CPC", "google", "cpc"),
        ("utm_source=www.google.fr&utm_medium=Organic", "google", "organic"),
        ("utm_source=fb&utm_medium=paid", "facebook", "paid"),
        ("utm_source=IG&utm_medium=social", "instagram", "social"),
        ("utm_source=t.co", "x", ""),
        ("utm_source=Radio-Scoop&utm_medium=Audio", "radio-scoop", "audio"),
        ("utm_source=www.Blog.example", "blog.example", ""),
        ("utm_source=docs.google.com", "docs.google.com", ""),
    ],
)
def test_a_source_has_one_name_however_it_is_spelt(query: str, source: str, medium: str) -> None:
    landing = classify(f"{SHOP}/?{query}&utm_campaign=Noël")

    assert (landing.source, landing.medium, landing.campaign) == (source, medium, "Noël")


def test_a_source_that_a_rule_names_has_that_name_too() -> None:
    rule = a_rule(channel=None, source="FB", medium="CPC")

    assert facts(classify(SHOP, "https://partenaire.example/", rules=(rule,))) == (
        "paid_social",
        "facebook",
        "cpc",
    )


def test_what_an_assistant_tags_and_what_its_links_say_is_one_source() -> None:
    tagged = classify(f"{SHOP}/?utm_source=chatgpt.com", "https://chatgpt.com/")

    assert facts(tagged) == facts(classify(f"{SHOP}/", "https://chatgpt.com/"))


def test_free_links_of_a_network_are_told_by_who_linked() -> None:
    landing = classify(f"{SHOP}/?fbclid=a", "https://l.instagram.com/")

    assert facts(landing) == ("organic_social", "instagram", "social")


@pytest.mark.parametrize(
    "referrer", [f"{SHOP}/page", "https://boutique.example/", "https://blog.boutique.example/"]
)
def test_a_link_of_the_site_itself_brings_nobody(referrer: str) -> None:
    landing = classify(f"{SHOP}/panier", referrer, hosts=["boutique.example"])

    assert (landing.channel, landing.evidence) == (WebChannel.DIRECT, Evidence.INTERNAL)


def test_a_page_keeps_its_path_but_no_more_of_its_query_than_the_campaign() -> None:
    url = f"{SHOP}/compte/jean.dupont%40mail.example/?nom=Dupont&utm_source=radio"
    landing = classify(url)

    assert "Dupont" not in repr(landing)
    assert "dupont" not in repr(landing)
    assert (landing.path, landing.source) == ("/compte/…/", "radio")


@pytest.mark.parametrize(
    ("behind", "path"),
    [
        ("#/panier", "/#/panier"),
        ("#!/promo?etape=2", "/#!/promo"),
        ("boutique?x=1#/panier", "/boutique#/panier"),
        ("#/compte/jean.dupont@mail.example", "/#/compte/…"),
        ("page#avis", "/page"),
        ("page#", "/page"),
    ],
)
def test_routes_behind_a_hash_are_paths(behind: str, path: str) -> None:
    assert classify(f"{SHOP}/{behind}").path == path


@pytest.mark.parametrize(
    ("tagged", "kept"),
    [
        ("jean.dupont%40mail.example", "…"),
        ("relance+jean@mail.example+janvier", "relance … janvier"),
        (f"{'x' * 190}-jean.dupont@mail.example", "…"),
        ("0612345678", "…"),
        ("06.12.34.56.78", "…"),
        ("%2B33612345678", "…"),
        ("0033612345678", "…"),
        ("21345678901", "21345678901"),
        ("120210001234567890", "120210001234567890"),
        ("2026-11-27", "2026-11-27"),
        ("soldes@home", "soldes@home"),
    ],
)
def test_a_campaign_keeps_nobodys_address_or_number(tagged: str, kept: str) -> None:
    landing = classify(f"{SHOP}/?utm_source=radio&utm_term={tagged}&utm_campaign={tagged}")

    assert (landing.term, landing.campaign) == (kept, kept)


def test_a_click_keeps_its_id_whatever_that_looks_like() -> None:
    landing = classify(f"{SHOP}/?gclid=0612345678")

    assert landing.click is not None
    assert landing.click.id == "0612345678"


@pytest.mark.parametrize("path", ["a" * 8_000, "a" * 4_000 + "@" + "b" * 4_000, "a@" * 4_000])
def test_a_long_path_is_read_once(path: str) -> None:
    begun = process_time()
    classify(f"{SHOP}/{path}?utm_term={path}")

    assert process_time() - begun < 0.1  # seconds, of which it took 0.3 a path


def test_the_first_rule_that_fits_has_the_last_word() -> None:
    rules = (
        a_rule(name="Ailleurs", conditions=(Condition("path", Test.IS, "/autre"),), source="a"),
        a_rule(name="Notre partenaire", source="partenaire", channel=None, medium="affiliate"),
        a_rule(name="Trop tard", source="b"),
    )
    landing = classify(f"{SHOP}/", "https://www.Partenaire.example/x", rules=rules)

    assert facts(landing) == ("affiliates", "partenaire", "affiliate")
    assert (landing.evidence, landing.rule) == (Evidence.RULE, "Notre partenaire")


@pytest.mark.parametrize(
    "condition",
    [
        Condition("path", Test.STARTS_WITH, "/promo"),
        Condition("host", Test.IS, "www.boutique.example"),
        Condition("query.promo", Test.THERE),
        Condition("referrer", Test.THERE),
        Condition("referrer", Test.IS_NOT, "autre.example"),
    ],
)
@pytest.mark.parametrize("referrer", [f"{SHOP}/", "https://www.paypal.com/"])
def test_a_page_that_is_gone_on_to_is_no_visit_of_a_rules(
    condition: Condition, referrer: str
) -> None:
    rules = (a_rule(conditions=(condition,), channel=None, campaign="Promo"),)
    url = f"{SHOP}/promo?promo=1"

    on_the_way = classify(url, referrer, rules=rules)

    assert (on_the_way.campaign, on_the_way.rule) == ("", "")
    assert on_the_way.channel == WebChannel.DIRECT
    assert not is_from_outside(on_the_way)
    tagged = classify(f"{url}&gclid=a", referrer, rules=rules)
    assert (tagged.campaign, tagged.evidence) == ("Promo", Evidence.RULE)


@pytest.mark.parametrize("host", ["blog.boutique.example", "www.paypal.com"])
def test_a_rule_that_names_who_linked_decides_wherever_that_is(host: str) -> None:
    rule = a_rule(conditions=(Condition("referrer", Test.IS, host),), source="chez-nous")

    landing = classify(f"{SHOP}/", f"https://{host}/", rules=(rule,))

    assert (landing.source, landing.evidence) == ("chez-nous", Evidence.RULE)


def test_a_rule_may_say_that_visits_were_on_their_way() -> None:
    bank = Condition("referrer", Test.ENDS_WITH, "3ds.banque.example")
    rule = a_rule(name="Notre banque", conditions=(bank,), channel=None, passing=True)

    landing = classify(f"{SHOP}/merci?utm_source=x", "https://3ds.banque.example/", rules=(rule,))

    assert facts(landing) == ("direct", "", "")
    assert (landing.evidence, landing.rule) == (Evidence.PASSING, "Notre banque")
    assert (landing.path, landing.referrer) == ("/merci", "3ds.banque.example")
    assert not is_from_outside(landing)


@pytest.mark.parametrize(
    ("field", "test", "value", "fits"),
    [
        ("query.promo", Test.THERE, "", True),
        ("query.absent", Test.THERE, "", False),
        ("query.promo", Test.IS, "NOEL", True),
        ("query.promo", Test.IS, "noe", False),
        ("query.promo", Test.STARTS_WITH, "no", True),
        ("query.promo", Test.ENDS_WITH, "el", True),
        ("query.promo", Test.CONTAINS, "oe", True),
        ("query.promo", Test.IS_NOT, "noel", False),
        ("query.absent", Test.IS_NOT, "noel", True),
        ("host", Test.IS, "www.boutique.example", True),
        ("path", Test.STARTS_WITH, "/promo", True),
        ("click", Test.IS, "gclid", True),
        ("source", Test.IS, "google", True),
    ],
)
def test_a_condition_looks_at_what_it_names(field: str, test: Test, value: str, fits: bool) -> None:
    rule = a_rule(name="mine", conditions=(Condition(field, test, value),))
    landing = classify(f"{SHOP}/promotions?promo=Noel&gclid=x", rules=(rule,))

    assert (landing.rule == "mine") is fits


def test_a_hundred_kilobytes_of_query_are_cut_and_told_from_what_is_left() -> None:
    landing = classify(f"{SHOP}/?utm_source=radio&utm_campaign={'x' * 100_000}&utm_medium=a")

    assert landing.source == "radio"
    assert landing.campaign == "x" * LONGEST_VALUE


def test_bytes_that_are_no_text_become_marks_for_what_is_missing() -> None:
    landing = classify(f"{SHOP}/?utm_source=%ff%fe&utm_campaign=%e9t%e9&utm_content=%00%1b")

    assert (landing.source, landing.campaign, landing.content) == ("��", "�t�", "")


@pytest.mark.parametrize(
    "url", ["", "about:blank", "javascript:alert(1)", "file:///etc/passwd", "http://[::1", "//x"]
)
def test_an_address_of_no_page_is_a_visit_from_nowhere(url: str) -> None:
    landing = classify(url, url)

    assert (landing.channel, landing.host, landing.path) == (WebChannel.DIRECT, "", "/")


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_whatever_a_browser_sends_gives_a_landing(
    url: str, referrer: str, values: list[str]
) -> None:
    query = "&".join(f"utm_{name}={quote(each)}" for name, each in zip("abc", values, strict=False))

    for page in (url, f"{SHOP}/{quote(url)}?{query}#{url}"):
        landing = classify(page, f"https://{referrer}/{referrer}")

        texts = (landing.source, landing.medium, landing.campaign, landing.host, landing.referrer)
        assert all(len(each) <= 255 and each.isprintable() for each in texts)


def test_a_long_click_id_is_kept_whole() -> None:
    click_id = "IwZXh0bgNhZW0CMTEAAR1_aem_" + "x" * 400

    landing = classify(f"https://shop.example/?fbclid={click_id}&utm_campaign={'x' * 400}")

    assert landing.click is not None
    assert landing.click.id == click_id
    assert len(landing.campaign) == 200
