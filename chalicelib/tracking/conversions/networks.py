"""The networks that are told of conversions, each behind the Protocol `Provider`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from chalicelib.tracking.conversions.destinations import Network
from chalicelib.tracking.conversions.providers import (
    ga4,
    google_ads,
    google_data,
    meta,
    microsoft_ads,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.tracking.conversions.providers.provider import Provider

PROVIDERS: Final[Mapping[Network, Provider]] = {
    Network.GA4: ga4.Ga4(),
    Network.GOOGLE_ADS: google_ads.GoogleAds(),
    Network.DATA_MANAGER: google_data.DataManager(),
    Network.MICROSOFT_ADS: microsoft_ads.MicrosoftAds(),
    Network.META: meta.Meta(),
}
