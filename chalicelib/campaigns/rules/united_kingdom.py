"""United Kingdom: PECR 2003 for whom may be rung, Ofcom and the trade for how. Pure.

The second country, to prove the seam. Live sales calls are opt-out: the Telephone Preference
Service, and whoever objected to this caller; machines and two sectors are opt-in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.rules import articles as law
from chalicelib.campaigns.rules import limits
from chalicelib.campaigns.rules.agreeing import agreed_to_automata, consent_for, contract_for
from chalicelib.campaigns.rules.clock import zone_or_none
from chalicelib.campaigns.rules.decision import Ground, Reason
from chalicelib.campaigns.rules.facts import Audience, Covers, Mode, Purpose, Register, Sector
from chalicelib.campaigns.rules.law import FINE, Cap, Place, Rule, Timeline, soonest
from chalicelib.campaigns.rules.windows import Hours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.campaigns.rules.decision import Article
    from chalicelib.campaigns.rules.facts import Person
    from chalicelib.campaigns.rules.law import Case, Reasons

LONDON: Final = ("Europe/London",)  # Jersey, Guernsey and the Isle of Man keep its time
# PECR reg. 21(1)(b): whoever rings looks at a register of 28 days ago or less.
TPS_EVERY: Final = timedelta(days=28)
# Reg. 26: companies have a register of their own. Somebody at work may be a sole trader, who is in
# the one of individuals, or ring from a company's line.
_KEPT_FOR: Final[Mapping[Audience, tuple[Register, ...]]] = {
    Audience.CONSUMER: (Register.TPS,),
    Audience.PROFESSIONAL: (Register.TPS, Register.CTPS),
    Audience.COMPANY: (Register.CTPS,),
}
BRITISH: Final = frozenset({"GB", "JE", "GG", "IM"})
_HERE: Final = BRITISH | {""}
_NUMBER: Final = re.compile(r"\+44[1-9][0-9]{8,9}")
_ABROAD: Final = re.compile(r"\+(?!44)[1-9][0-9]{6,14}")
_EMERGENCY: Final = frozenset({"999", "112", "111", "101"})
# National Telephone Numbering Plan: 09 premium; 084, 087 revenue-sharing; 070 and 076 personal
# numbers and pagers; 03 and 080 are companies' and cost what any call costs.
_SURCHARGED: Final = ("+449", "+4484", "+4487", "+4470", "+4476")


@dataclass(frozen=True)
class UnitedKingdom:
    """The law of the United Kingdom, with what is practice there and may be set."""

    # No statute sets hours. The trade's: never before 8 nor after 21 h, less on Sundays.
    hours: Hours = Hours(week=(((8, 21),),) * 6 + ((),))
    courtesy: frozenset[Purpose] = frozenset({Purpose.SURVEY})
    # Whether calls about an order or a contract go on after somebody wanted no more calls.
    service_after_objection: bool = False
    # When machines ring people about an order, or at work.
    quiet: Hours | None = limits.BY_DAY
    margin: timedelta = limits.MARGIN
    # Ofcom's statement on persistent misuse: calls abandoned by a campaign in 24 hours, a call
    # abandoned being rung again within 72 hours by somebody who is there.
    abandoned_permille: int = 30
    abandoned_pause: timedelta = timedelta(hours=72)

    code = "GB"

    @cached_property
    def timeline(self) -> Timeline:
        """Its rules; days begin in London."""
        return Timeline(self._rules(), LONDON[0])

    def place(self, person: Person) -> Place:
        """Find a person where they are known to be, else in London's zone."""
        fault = _fault(person)
        if not person.zone:
            return Place(LONDON, "", fault)
        known = zone_or_none(person.zone) is not None
        zones = (person.zone,) if known else LONDON
        return Place(zones, "", fault or ("" if known else "zone.unreadable"))

    def ground(self, case: Case) -> Ground:
        """Say what a call rests on."""
        if not case.sells:
            return Ground("not-selling")
        consent, _, _ = consent_for(case, Covers.PHONE, None)
        return Ground("consent", consent.id) if consent else Ground("opt-out")

    def abandonment(self) -> Cap:
        """Say how many calls may be abandoned in a day."""
        a_day, two_seconds = timedelta(days=1), timedelta(seconds=2)
        return Cap(self.abandoned_permille, a_day, two_seconds, law.OFCOM)

    def _rules(self) -> list[Rule]:
        return [
            Rule(law.HOUSE, limits.placed),
            Rule(law.PECR_21, limits.named),
            Rule(law.PECR_21A, partial(_opted_in, Sector.CLAIMS)),
            Rule(law.PECR_21B, partial(_opted_in, Sector.PENSIONS)),
            Rule(law.PECR_21, _opted_out),
            Rule(law.PECR_19, _automaton),
            Rule(law.PECR_21, limits.objected),
            Rule(law.UK_GDPR_21, self._objected_to_all),
            Rule(law.HOUSE, limits.on_own_list),
            Rule(law.PRACTICE, self._hours),
            Rule(law.PRACTICE, self._quiet),
            Rule(law.OFCOM, self._abandoned),
            Rule(law.PECR_21_CLI, limits.not_withheld),
            Rule(law.OFCOM, limits.answered),
            Rule(law.OFCOM, limits.entitled),
        ]

    def _objected_to_all(self, case: Case, article: Article) -> Reasons:
        return limits.objected_to_all(case, article, self.service_after_objection)

    def _hours(self, case: Case, article: Article) -> Reasons:
        return limits.closed(case, article, self.hours, None) if self._is_timed(case) else FINE

    def _quiet(self, case: Case, article: Article) -> Reasons:
        return FINE if self._is_timed(case) else limits.quiet(case, article, self.quiet, None)

    def _is_timed(self, case: Case) -> bool:
        return case.consumer and (case.sells or case.campaign.purpose in self.courtesy)

    def _abandoned(self, case: Case, article: Article) -> Reasons:
        return limits.abandoned(case, article, self.abandoned_pause)


def _fault(person: Person) -> str:
    number = person.number
    if number in _EMERGENCY:
        return "number.emergency"
    if _ABROAD.fullmatch(number) or person.country not in _HERE:
        return "number.abroad"
    if not _NUMBER.fullmatch(number):
        return "number.malformed"
    return "number.surcharged" if number.startswith(_SURCHARGED) else ""


def _opted_in(sector: Sector, case: Case, article: Article) -> Reasons:
    """Reg. 21A and 21B: nobody who has not agreed; for pensions, or is a customer already."""
    if not case.sells or case.campaign.sector is not sector:
        return FINE
    consent, why, agreed = consent_for(case, Covers.PHONE, None)
    contract, _, bound = contract_for(case) if sector is Sector.PENSIONS else (None, "", None)
    if consent is not None or contract is not None:
        return FINE
    return (Reason(why, article, soonest((agreed, bound))),)


def _opted_out(case: Case, article: Article) -> Reasons:
    """Reg. 21(1)(b): not on the register, unless they told this caller that they agree."""
    if not case.sells:
        return FINE
    consent, _, agreed = consent_for(case, Covers.PHONE, None)
    if consent is not None:
        return FINE
    unchecked = (
        reason
        for register in _KEPT_FOR[case.person.audience]
        for reason in limits.unchecked(case, article, register, TPS_EVERY)
    )
    found = (*limits.on_register(case, article, Register.TPS, Register.CTPS), *unchecked)
    return tuple(Reason(each.code, article, soonest((each.until, agreed))) for each in found)


def _automaton(case: Case, article: Article) -> Reasons:
    """Reg. 19: no recorded message to whoever has not agreed to this caller's."""
    if case.campaign.mode is not Mode.AGENTLESS or not case.sells:
        return FINE
    return agreed_to_automata(case, article, None)
