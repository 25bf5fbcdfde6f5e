"""The channel of a visit: how its visitor was reached, told from source, medium and campaign.

The rules are those of Google Analytics 4's default channel group, so that reports agree
(https://support.google.com/analytics/answer/9756891), with AI assistants and directories beside
them. The first that fits wins.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from chalicelib.tracking.landing.referrers import Kind, named

if TYPE_CHECKING:
    from collections.abc import Callable

    Fits = Callable[[str, str, str, Kind | None], bool]


class WebChannel(StrEnum):
    """How a visitor was reached."""

    AFFILIATES = "affiliates"
    AI_ASSISTANT = "ai_assistant"
    AUDIO = "audio"
    CROSS_NETWORK = "cross_network"
    DIRECT = "direct"
    DIRECTORY = "directory"
    DISPLAY = "display"
    EMAIL = "email"
    MOBILE_PUSH = "mobile_push"
    ORGANIC_SEARCH = "organic_search"
    ORGANIC_SHOPPING = "organic_shopping"
    ORGANIC_SOCIAL = "organic_social"
    ORGANIC_VIDEO = "organic_video"
    PAID_OTHER = "paid_other"
    PAID_SEARCH = "paid_search"
    PAID_SHOPPING = "paid_shopping"
    PAID_SOCIAL = "paid_social"
    PAID_VIDEO = "paid_video"
    REFERRAL = "referral"
    SMS = "sms"
    UNASSIGNED = "unassigned"


_PAID: Final = re.compile(r".*cp.*|ppc|retargeting|paid.*")
_SHOPPING: Final = re.compile(r".*(?:(?:[^a-df-z]|^)shop|shopping).*")
_E_MAIL: Final = re.compile(r"e[-_ ]?mail")
_DISPLAY: Final = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})
_SOCIAL: Final = frozenset(
    {"social", "social-network", "social-media", "sm", "social network", "social media"}
)


def _paid(kind: Kind) -> Fits:
    return lambda source, medium, campaign, known: known is kind and _is_paid(medium)


def _is_paid(medium: str) -> bool:
    return _PAID.fullmatch(medium) is not None


# In Google's order, but for the two that it does not have; texts are in small letters by now.
_RULES: Final[tuple[tuple[WebChannel, Fits], ...]] = (
    (WebChannel.CROSS_NETWORK, lambda s, m, c, k: "cross-network" in c),
    (
        WebChannel.PAID_SHOPPING,
        lambda s, m, c, k: _is_paid(m) and (k is Kind.SHOPPING or bool(_SHOPPING.fullmatch(c))),
    ),
    (WebChannel.PAID_SEARCH, _paid(Kind.SEARCH)),
    (WebChannel.PAID_SOCIAL, _paid(Kind.SOCIAL)),
    (WebChannel.PAID_VIDEO, _paid(Kind.VIDEO)),
    (WebChannel.DISPLAY, lambda s, m, c, k: m in _DISPLAY),
    (WebChannel.PAID_OTHER, lambda s, m, c, k: _is_paid(m)),
    (WebChannel.AI_ASSISTANT, lambda s, m, c, k: k is Kind.AI),
    (
        WebChannel.ORGANIC_SHOPPING,
        lambda s, m, c, k: k is Kind.SHOPPING or bool(_SHOPPING.fullmatch(c)),
    ),
    (WebChannel.ORGANIC_SOCIAL, lambda s, m, c, k: k is Kind.SOCIAL or m in _SOCIAL),
    (WebChannel.ORGANIC_VIDEO, lambda s, m, c, k: k is Kind.VIDEO or "video" in m),
    (WebChannel.ORGANIC_SEARCH, lambda s, m, c, k: k is Kind.SEARCH or m == "organic"),
    (WebChannel.DIRECTORY, lambda s, m, c, k: k is Kind.DIRECTORY),
    (
        WebChannel.EMAIL,
        lambda s, m, c, k: k is Kind.EMAIL or any(_E_MAIL.fullmatch(each) for each in (s, m)),
    ),
    (WebChannel.AFFILIATES, lambda s, m, c, k: m in ("affiliate", "affiliates")),
    (WebChannel.REFERRAL, lambda s, m, c, k: m in ("referral", "app", "link")),
    (WebChannel.AUDIO, lambda s, m, c, k: m == "audio"),
    (WebChannel.SMS, lambda s, m, c, k: "sms" in (s, m)),
    (
        WebChannel.MOBILE_PUSH,
        lambda s, m, c, k: m.endswith("push") or "mobile" in m or "notification" in m,
    ),
)


def channel_of(source: str, medium: str, campaign: str = "") -> WebChannel:
    """Return the channel of a source, medium and campaign; all empty is somebody who came alone.

    >>> str(channel_of("google", "cpc")), str(channel_of("newsletter", "E-Mail"))
    ('paid_search', 'email')
    """
    if not (source or medium or campaign):
        return WebChannel.DIRECT
    facts = (source.lower(), medium.lower(), campaign.lower())
    known = named(source)
    kind = None if known is None else known.kind
    return next((name for name, fits in _RULES if fits(*facts, kind)), WebChannel.UNASSIGNED)
