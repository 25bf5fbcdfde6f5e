"""Whoever wants no more calls: GDPR art. 21, for calls that sell nothing as well."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.campaigns.rules import Past, Purpose
from chalicelib.campaigns.rules.france import France
from tests.campaigns.rules.builders import (
    DAY,
    NOW,
    a_campaign,
    a_consent,
    codes,
    decided,
    texts,
    withdrew,
)

NO_SALES = [Purpose.SURVEY, Purpose.SERVICE, Purpose.COMMERCIAL, Purpose.CONTRACT]


@pytest.mark.parametrize("purpose", NO_SALES)
def test_gdpr_21_whoever_wants_no_more_calls_gets_none_that_sell_nothing_either(
    purpose: Purpose,
) -> None:
    campaign = a_campaign(purpose=purpose, sells=False)

    for said in (withdrew(NOW - DAY), withdrew(NOW - DAY, professional="")):
        decision = decided(campaign=campaign, past=Past(withdrawals=said))
        assert codes(decision) == ["withdrawn"]
        assert texts(decision) == {"eu.gdpr.21"}
        assert decision.earliest is None
    of_another = withdrew(NOW - DAY, object="Assurance auto")
    of_others = withdrew(NOW - DAY, professional="404833048")
    anew = Past(consents=(a_consent(NOW - timedelta(hours=1)),), withdrawals=withdrew(NOW - DAY))
    for past in (Past(withdrawals=of_another), Past(withdrawals=of_others), anew):
        assert decided(campaign=campaign, past=past).allowed


@pytest.mark.parametrize("purpose", NO_SALES)
def test_gdpr_21_calls_about_an_order_may_go_on_if_that_is_chosen_but_no_survey(
    purpose: Purpose,
) -> None:
    """GDPR 21(1): what rests on a contract, 6(1)(b), is not objected to."""
    chosen = France(service_after_objection=True)
    past = Past(withdrawals=withdrew(NOW - DAY, professional=""))
    campaign = a_campaign(purpose=purpose, sells=False)

    goes_on = purpose in {Purpose.SERVICE, Purpose.CONTRACT}
    assert decided(campaign=campaign, past=past, law=chosen).allowed is goes_on
    assert not decided(campaign=replace(campaign, sells=True), past=past, law=chosen).allowed
