"""Channels agree with Google Analytics 4's published default channel group.

Rows are its definitions (https://support.google.com/analytics/answer/9756891, read 2026-11), one
for each alternative, with a near miss beside them.
"""

from __future__ import annotations

import pytest

from chalicelib.tracking.landing.channels import WebChannel, channel_of

AS_PUBLISHED = [
    ("", "", "", "direct"),
    ("google", "cpc", "", "paid_search"),
    ("bing", "ppc", "", "paid_search"),
    ("qwant", "paidsearch", "", "paid_search"),
    ("google", "retargeting", "", "paid_search"),
    ("google", "organic", "", "organic_search"),
    ("somewhere", "organic", "", "organic_search"),
    ("facebook", "cpc", "", "paid_social"),
    ("instagram", "paid_social", "", "paid_social"),
    ("linkedin", "CPM", "", "paid_social"),
    ("facebook", "", "", "organic_social"),
    ("brand", "social", "", "organic_social"),
    ("brand", "social media", "", "organic_social"),
    ("brand", "social-network", "", "organic_social"),
    ("brand", "sm", "", "organic_social"),
    ("youtube", "cpv-cpc", "", "paid_video"),
    ("youtube", "", "", "organic_video"),
    ("brand", "instream-video", "", "organic_video"),
    ("regie", "display", "", "display"),
    ("regie", "banner", "", "display"),
    ("regie", "expandable", "", "display"),
    ("regie", "interstitial", "", "display"),
    ("regie", "cpm", "", "display"),
    ("regie", "cpc", "", "paid_other"),
    ("regie", "paid", "", "paid_other"),
    ("amazon", "cpc", "", "paid_shopping"),
    ("google", "cpc", "Noel shopping", "paid_shopping"),
    ("amazon", "", "", "organic_shopping"),
    ("brand", "feed", "workshop", "unassigned"),
    ("brand", "feed", "eshop", "organic_shopping"),
    ("google", "cpc", "Cross-Network 2026", "cross_network"),
    ("newsletter", "email", "", "email"),
    ("newsletter", "e-mail", "", "email"),
    ("newsletter", "e_mail", "", "email"),
    ("E mail", "nov", "", "email"),
    ("newsletter", "emails", "", "unassigned"),
    ("partner", "affiliate", "", "affiliates"),
    ("partner", "affiliates", "", "affiliates"),
    ("blog.example", "referral", "", "referral"),
    ("blog.example", "app", "", "referral"),
    ("blog.example", "link", "", "referral"),
    ("podcast", "audio", "", "audio"),
    ("sms", "nov", "", "sms"),
    ("brand", "sms", "", "sms"),
    ("brand", "webpush", "", "mobile_push"),
    ("brand", "mobile-app", "", "mobile_push"),
    ("brand", "notification", "", "mobile_push"),
    ("brand", "whatever", "", "unassigned"),
]


@pytest.mark.parametrize(("source", "medium", "campaign", "channel"), AS_PUBLISHED)
def test_a_source_and_medium_are_in_the_channel_that_google_says(
    source: str, medium: str, campaign: str, channel: str
) -> None:
    assert channel_of(source, medium, campaign) == WebChannel(channel)


@pytest.mark.parametrize(
    ("source", "channel"),
    [
        ("chatgpt.com", "ai_assistant"),
        ("perplexity", "ai_assistant"),
        ("le-chat", "ai_assistant"),
        ("pagesjaunes", "directory"),
        ("gmail", "email"),
    ],
)
def test_places_that_google_does_not_tell_apart_have_channels_of_their_own(
    source: str, channel: str
) -> None:
    assert channel_of(source, "referral") == WebChannel(channel)
