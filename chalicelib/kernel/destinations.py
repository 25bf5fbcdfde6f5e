"""Which numbers callers may be put through to at a customer's expense, and why not the others."""

from __future__ import annotations

from typing import Final

from chalicelib.kernel import phone
from chalicelib.kernel.errors import Rejected
from chalicelib.kernel.numbering import Family, classify

_EMERGENCY: Final = "an emergency number: callers must dial it themselves, to be located"
_SHORT: Final = "a short number, which only a telephone in France can dial"

# Emergency calls are routed by where the caller is (code des postes, L33-1 f), which forwarding
# hides; a surcharged number would charge its service to our customer, at any caller's will.
REFUSED: Final[dict[Family, str]] = {
    Family.URGENCE: _EMERGENCY,
    Family.SVA_MAJORE: "a surcharged number: each call would cost you its service price",
    Family.RENSEIGNEMENTS: "a directory enquiry number, which is surcharged",
    Family.COURT_GRATUIT: _SHORT,
    Family.COURT_FONCTIONNALITE_BANALISEE: _SHORT,
    Family.COURT_GENERALISTE: f"{_SHORT} and may be surcharged",
    Family.COURT_ASSISTANCE_OPERATEUR: _SHORT,
    Family.EUROPEEN_SOCIAL: _SHORT,
    Family.INTERET_GENERAL: _SHORT,
    Family.SPECIAL_DATA_OR_INTERNET: "a number for data services: nobody would answer",
    Family.ROUTING_PREFIX_NOT_DIALABLE: "a prefix that networks use among themselves",
    Family.MOBILE_LONG_M2M: "a number for machines: nobody would answer",
}

# Premium rates and satellites of other countries, by how their numbers begin (ITU-T E.164 list of
# assigned codes, libphonenumber's metadata): what they cost, our customer would pay.
_PREMIUM: Final = "a premium-rate number abroad: each call would cost you its service price"
_SATELLITE: Final = "a satellite or worldwide network number: each minute would cost you euros"
REFUSED_ABROAD: Final[dict[str, str]] = {
    **dict.fromkeys(("+870", "+881", "+882", "+883"), _SATELLITE),
    **dict.fromkeys(("+979", "+1900", "+3290", "+34803", "+34806", "+34807"), _PREMIUM),
    **dict.fromkeys(("+41900", "+41901", "+41906", "+449", "+49900"), _PREMIUM),
    **dict.fromkeys(("+31900", "+31906", "+31909", "+352900", "+352901", "+352905"), _PREMIUM),
    **dict.fromkeys(("+351760", "+390878", "+39892", "+39893", "+39894"), _PREMIUM),
    **dict.fromkeys(("+39895", "+39899", "+43900", "+43901", "+43930", "+43931"), _PREMIUM),
    "+4870": _PREMIUM,
}
_LONGEST_PREFIX: Final = max(map(len, REFUSED_ABROAD))


def read(text: str) -> phone.E164:
    """Return a dialable number in E.164 form; `Rejected`, with the reason, when it has none."""
    try:
        return phone.parse(text)
    except Rejected as error:
        raise Rejected(_why_unreadable(text)) from error


def refusal(number: str) -> str | None:
    """Say why a number (E.164) may not be a destination; None when it may."""
    try:
        return REFUSED.get(classify(number).family)
    except Rejected:
        return "not a number of the French plan" if number.startswith("+33") else _abroad(number)


def _abroad(number: str) -> str | None:
    begins = (number[:size] for size in range(_LONGEST_PREFIX + 1))
    return next((REFUSED_ABROAD[each] for each in begins if each in REFUSED_ABROAD), None)


def _why_unreadable(text: str) -> str:
    try:
        reason = REFUSED.get(classify(text).family)
    except Rejected:
        reason = None
    return reason or "not a telephone number: write it as 01 23 45 67 89 or +33123456789"
