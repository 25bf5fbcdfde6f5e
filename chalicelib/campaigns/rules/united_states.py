"""United States: the FCC's rules under the TCPA, and states that are stricter. Pure.

The third country, to prove the seam. Nobody can tell a mobile from a fixed line there, nor what a
court will call an autodialler: every number is held for a mobile, every automated mode for one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.rules import american_numbers, limits
from chalicelib.campaigns.rules import articles as law
from chalicelib.campaigns.rules.agreeing import agreed_to_automata, consent_for, contract_for
from chalicelib.campaigns.rules.decision import Ground, Reason
from chalicelib.campaigns.rules.facts import Covers, Mode, Purpose, Register
from chalicelib.campaigns.rules.law import FINE, Cap, Rule, Timeline, soonest
from chalicelib.campaigns.rules.windows import Hours

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.campaigns.rules.decision import Article
    from chalicelib.campaigns.rules.facts import Person
    from chalicelib.campaigns.rules.law import Case, Place, Reasons

HOURS: Final = Hours(week=(((8, 21),),) * 7)  # 64.1200(c)(1): the called party's local time
REGISTRY_EVERY: Final = timedelta(days=31)  # 64.1200(c)(2)(i)(D)


@dataclass(frozen=True, slots=True)
class State:
    """What a state has of its own: hours, and calls within 24 hours."""

    hours: Hours = HOURS
    most_calls_a_day: int | None = None


# Fla. Stat. 501.616(6) and Okla. Stat. tit. 15, 775C.4: 8 to 20 h, three calls in 24 hours. Others
# have theirs, and change them: options.
_EIGHT_TO_EIGHT: Final = State(Hours(week=(((8, 20),),) * 7), 3)
STATES: Final[Mapping[str, State]] = MappingProxyType(
    {"FL": _EIGHT_TO_EIGHT, "OK": _EIGHT_TO_EIGHT}
)


@dataclass(frozen=True)
class UnitedStates:
    """The law of the United States, with the states' and what may be set."""

    states: Mapping[str, State] = field(default_factory=lambda: STATES)
    # How long a customer remains one after the contract: 18 months by 64.1200(f)(5), less a margin.
    customer_for: timedelta = timedelta(days=540)
    courtesy: frozenset[Purpose] = frozenset({Purpose.SURVEY})
    # Whether calls about an order or a contract go on after somebody wanted no more calls.
    service_after_objection: bool = False
    # When machines ring people about an order, or at work.
    quiet: Hours | None = HOURS
    margin: timedelta = limits.MARGIN
    abandoned_permille: int = 30

    code = "US"

    @cached_property
    def timeline(self) -> Timeline:
        """Its rules; days begin in New York."""
        return Timeline(self._rules(), "America/New_York")

    def place(self, person: Person) -> Place:
        """Find a person by what is known of them, else by their area code."""
        return american_numbers.place_of(person)

    def ground(self, case: Case) -> Ground:
        """Say what a call rests on."""
        if not case.sells:
            return Ground("not-selling")
        consent, _, _ = consent_for(case, Covers.PHONE, None)
        contract, _, _ = contract_for(case, self.customer_for)
        if consent is not None:
            return Ground("consent", consent.id)
        return Ground("contract", contract.id) if contract else Ground("opt-out")

    def abandonment(self) -> Cap:
        """Say how many calls may be abandoned in thirty days: 64.1200(a)(7)."""
        over, two_seconds = timedelta(days=30), timedelta(seconds=2)
        return Cap(self.abandoned_permille, over, two_seconds, law.US_ABANDONED)

    def _rules(self) -> list[Rule]:
        return [
            Rule(law.HOUSE, limits.placed),
            Rule(law.US_OWN_LIST, limits.named),
            Rule(law.US_ROBOCALLS, _automaton),
            Rule(law.US_REGISTRY, self._opted_out),
            Rule(law.US_OWN_LIST, limits.objected),
            Rule(law.PRACTICE, self._objected_to_all),
            Rule(law.HOUSE, limits.on_own_list),
            Rule(law.US_HOURS, _federal_hours),
            Rule(law.US_STATE, self._state_hours),
            Rule(law.US_STATE, self._state_calls),
            Rule(law.PRACTICE, self._courteous),
            Rule(law.PRACTICE, self._quiet),
            Rule(law.US_CALLER_ID, limits.not_withheld),
            Rule(law.US_CALLER_ID, limits.answered),
            Rule(law.US_CALLER_ID, limits.entitled),
        ]

    def _opted_out(self, case: Case, article: Article) -> Reasons:
        """Refuse whom the registry has, who neither agreed in writing nor is a customer."""
        if not case.prospecting:
            return FINE
        consent, _, agreed = consent_for(case, Covers.PHONE, None)
        contract, _, bound = contract_for(case, self.customer_for)
        if consent is not None or contract is not None:
            return FINE
        found = (
            *limits.on_register(case, article, Register.US_NATIONAL, Register.US_STATE),
            *limits.unchecked(case, article, Register.US_NATIONAL, REGISTRY_EVERY),
        )
        return tuple(
            Reason(each.code, article, soonest((each.until, agreed, bound))) for each in found
        )

    def _state_hours(self, case: Case, article: Article) -> Reasons:
        state = self.states.get(case.place.part)
        if state is None or not case.prospecting:
            return FINE
        return limits.closed(case, article, state.hours, None)

    def _state_calls(self, case: Case, article: Article) -> Reasons:
        """Refuse one call too many within 24 hours."""
        state = self.states.get(case.place.part)
        if state is None or state.most_calls_a_day is None or not case.prospecting:
            return FINE
        tried = sorted(each.at for each in case.past.attempts if each.professional == case.id)
        if len(tried) < state.most_calls_a_day:
            return FINE
        until = tried[-state.most_calls_a_day] + timedelta(hours=24)
        return (Reason("attempts.too-many", article, until),) if case.at < until else FINE

    def _objected_to_all(self, case: Case, article: Article) -> Reasons:
        return limits.objected_to_all(case, article, self.service_after_objection)

    def _courteous(self, case: Case, article: Article) -> Reasons:
        return limits.closed(case, article, HOURS, None) if self._is_courteous(case) else FINE

    def _quiet(self, case: Case, article: Article) -> Reasons:
        timed = case.prospecting or self._is_courteous(case)
        return FINE if timed else limits.quiet(case, article, self.quiet, None)

    def _is_courteous(self, case: Case) -> bool:
        return not case.sells and case.consumer and case.campaign.purpose in self.courtesy


def _federal_hours(case: Case, article: Article) -> Reasons:
    return limits.closed(case, article, HOURS, None) if case.prospecting else FINE


def _automaton(case: Case, article: Article) -> Reasons:
    """64.1200(a)(1) to (3): written consent to sell by machine, consent to speak by one."""
    mode = case.campaign.mode
    if case.sells and mode.is_automated:
        return agreed_to_automata(case, article, None)
    if mode is not Mode.AGENTLESS:
        return FINE
    consent, why, agreed = consent_for(case, Covers.PHONE, None)
    if consent is not None:
        return FINE
    against = agreed_to_automata(case, article, None)
    return tuple(Reason(why, article, soonest((each.until, agreed))) for each in against)
