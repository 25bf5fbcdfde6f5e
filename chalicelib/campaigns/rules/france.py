"""France: who may be rung, when, how often, showing what. Pure.

Opt-out (Bloctel) until 10 August 2026, opt-in since: C. conso. L223-1. Days, hours and frequency
are D223-9's throughout; what it is called after the decree of 2026 is not certain, what it says is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Final

from chalicelib.campaigns.rules import articles as law
from chalicelib.campaigns.rules import caller_id, limits
from chalicelib.campaigns.rules.agreeing import (
    A_YEAR,
    agreed_to_automata,
    consent_for,
    contract_for,
)
from chalicelib.campaigns.rules.callbacks import asked_for, in_chosen_slot, requested
from chalicelib.campaigns.rules.decision import Ground, Reason
from chalicelib.campaigns.rules.facts import Audience, Covers, Mode, Purpose, Register, Sector
from chalicelib.campaigns.rules.french_numbers import place_of
from chalicelib.campaigns.rules.law import FINE, Cap, Rule, Timeline, is_in_force, soonest
from chalicelib.campaigns.rules.windows import Hours
from chalicelib.kernel.holidays import CALENDAR_OF, Calendar
from chalicelib.kernel.territory import Territory

if TYPE_CHECKING:
    from chalicelib.campaigns.rules.decision import Article
    from chalicelib.campaigns.rules.facts import Person, Shown
    from chalicelib.campaigns.rules.law import Case, Place, Reasons

# D223-9: Monday to Friday but for the holidays of C. trav. L3133-1, 10 to 13 and 14 to 20 h.
HOURS: Final = Hours(week=(((10, 13), (14, 20)),) * 5 + ((),) * 2, holidays=(Calendar.NATIONAL,))
MOST_CALLS: Final = 4  # D223-9 al. 3: in thirty calendar days, tries included
CALLS_DAYS: Final = 30
REFUSED_DAYS: Final = 60  # D223-9 al. 3: whole calendar days
BLOCTEL_EVERY: Final = timedelta(days=30)  # L223-1 al. 4 as of 2020: once a month
HOMES_2020: Final = frozenset({Sector.ENERGY_SAVING, Sector.RENEWABLE_ENERGY})
HOMES_2025: Final = HOMES_2020 | {Sector.HOME_ADAPTATION}
PARIS: Final = "Europe/Paris"


@dataclass(frozen=True)
class France:
    """The law of France, with what it leaves to choose.

    Options are what is no law, or not certain to be: the narrower reading is the default.
    """

    # Good Friday and 26 December (C. trav. L3134-13), and the days on which places overseas
    # remember the abolition of slavery (L3422-2): D223-9 names L3133-1 only.
    alsace_moselle: bool = False
    abolition_days: bool = False
    # Which calls that sell nothing keep D223-9's days, hours and frequency all the same.
    courtesy: frozenset[Purpose] = frozenset({Purpose.SURVEY})
    # Whether calls about an order or a contract go on after somebody wanted no more calls: they
    # may be objected to only as far as they rest on interests (GDPR art. 21(1)).
    service_after_objection: bool = False
    # One reading of R223-4 has it serve the ban on works in homes only: then whoever asks to be
    # rung about anything else has to have agreed as everybody has.
    callbacks_suffice: bool = False
    # Exceptions to "no ordinary number on an automated system": so few numbers rung in thirty
    # days (five), so small a share of calls sent per hundred received (twenty). B and C sources.
    few_numbers: int | None = None
    sent_per_hundred: int | None = None
    # Whether a foreign number may be shown, of which the French plan says nothing.
    foreign_caller_ids: bool = False
    # When machines ring people whom D223-9 does not protect: at work, or about an order.
    quiet: Hours | None = limits.BY_DAY
    # How long before hours end a call is placed at the latest: their telephone rings later.
    margin: timedelta = limits.MARGIN
    # No French text sets a rate of abandoned calls: Ofcom's and the trade's.
    abandoned_permille: int = 30
    abandoned_pause: timedelta = timedelta(hours=72)

    code = "FR"

    @cached_property
    def timeline(self) -> Timeline:
        """Its rules; days begin in Paris."""
        return Timeline(self._rules(), PARIS)

    def place(self, person: Person) -> Place:
        """Find a person by what is known of them, else by their number's territory."""
        return place_of(person)

    def ground(self, case: Case) -> Ground:
        """Say what a call rests on."""
        if any(is_in_force(article, case.at, PARIS) and ban.holds(case) for article, ban in _BANS):
            return _despite_ban(case)
        if not case.prospecting:
            return Ground("not-selling" if not case.sells else "business")
        request, _, _ = asked_for(case)
        consent, _, _ = consent_for(case, Covers.PHONE, A_YEAR)
        contract, _, _ = contract_for(case)
        if consent is not None and case.campaign.purpose is not Purpose.CONTRACT:
            return Ground("consent", consent.id)
        if contract is not None:
            return Ground("contract", contract.id)
        if consent is not None:
            return Ground("consent", consent.id)
        return Ground("callback", request.id) if request else Ground("opt-out")

    def abandonment(self) -> Cap:
        """Say how many calls may be abandoned in a day."""
        a_day, two_seconds = timedelta(days=1), timedelta(seconds=2)
        return Cap(self.abandoned_permille, a_day, two_seconds, law.PRACTICE)

    def _rules(self) -> list[Rule]:
        return [
            Rule(law.BEFORE_2020, _unknown),
            Rule(law.HOUSE, limits.placed),
            Rule(law.L223_1_OPT_OUT, limits.named),
            Rule(law.L223_1_OPT_IN, limits.named),
            *self._rules_of_grounds(),
            Rule(law.GDPR_21, limits.objected),
            Rule(law.GDPR_21, self._objected_to_all),
            Rule(law.HOUSE, limits.on_own_list),
            *self._rules_of_time(),
            *self._rules_of_caller_ids(),
        ]

    def _rules_of_grounds(self) -> list[Rule]:
        return [
            *(Rule(article, partial(_banned, ban)) for article, ban in _BANS),
            Rule(law.L223_1_OPT_OUT, _opted_out),
            Rule(law.L223_1_OPT_IN, self._opted_in),
            Rule(law.R223_4, requested),
            Rule(law.L34_5, _automaton),
        ]

    def _rules_of_time(self) -> list[Rule]:
        rules = [
            Rule(law.D223_9, _only_prospecting(_hours)),
            Rule(law.D223_9, _only_prospecting(_calls)),
            Rule(law.D223_9, _only_prospecting(_refusals)),
            Rule(law.PRACTICE, self._courteous),
            Rule(law.PRACTICE, self._quiet),
            Rule(law.PRACTICE, self._abandoned),
        ]
        if self.alsace_moselle or self.abolition_days:
            rules.append(Rule(law.PRACTICE, self._days_of_some))
        return rules

    def _rules_of_caller_ids(self) -> list[Rule]:
        return [
            Rule(law.L221_17, limits.not_withheld),
            Rule(law.ORDER_2016, partial(self._shown, True)),
            Rule(law.PLAN_2023, partial(self._shown, False)),
            Rule(law.PLAN_2026, partial(self._shown, False)),
            Rule(law.PLAN_2023, limits.answered),
            Rule(law.PLAN_2026, limits.answered),
            Rule(law.L44, limits.entitled),
        ]

    def _opted_in(self, case: Case, article: Article) -> Reasons:
        """L223-1 al. 1 and 4: a consent, or a running contract."""
        if not case.prospecting:
            return FINE
        request, _, asked = asked_for(case)
        suffices = self.callbacks_suffice or case.campaign.sector in HOMES_2025
        if request is not None and suffices:
            return FINE
        consent, why, agreed = consent_for(case, Covers.PHONE, A_YEAR)
        if consent is not None:
            return FINE
        contract, unbound, bound = contract_for(case)
        if contract is not None:
            return FINE
        code = unbound if case.campaign.purpose is Purpose.CONTRACT else why
        text = law.R223_1 if code == "consent.expired" else article
        return (Reason(code, text, soonest((agreed, bound, asked if suffices else None))),)

    def _objected_to_all(self, case: Case, article: Article) -> Reasons:
        return limits.objected_to_all(case, article, self.service_after_objection)

    def _is_courteous(self, case: Case) -> bool:
        return not case.sells and case.consumer and case.campaign.purpose in self.courtesy

    def _quiet(self, case: Case, article: Article) -> Reasons:
        timed = case.prospecting or self._is_courteous(case) or in_chosen_slot(case)
        return FINE if timed else limits.quiet(case, article, self.quiet, A_YEAR)

    def _courteous(self, case: Case, article: Article) -> Reasons:
        if not self._is_courteous(case):
            return FINE
        return _hours(case, article) + _calls(case, article) + _refusals(case, article)

    def _abandoned(self, case: Case, article: Article) -> Reasons:
        return limits.abandoned(case, article, self.abandoned_pause)

    def _days_of_some(self, case: Case, article: Article) -> Reasons:
        if not (case.prospecting or self._is_courteous(case)) or in_chosen_slot(case):
            return FINE
        days = _other_days(case.place.part, self.alsace_moselle, self.abolition_days)
        return limits.closed(case, article, days, A_YEAR) if days.holidays else FINE

    def _shown(self, by_the_order: bool, case: Case, article: Article) -> Reasons:
        shown = case.campaign.shown
        kind = caller_id.kind_of(shown.number)
        code = caller_id.against(kind, case.campaign.mode.is_automated)
        if not code or kind is caller_id.Kind.WITHHELD:
            return FINE
        if (code in caller_id.OF_THE_ORDER) is not by_the_order or self._excepted(case, kind):
            return FINE
        return (Reason(code, article),)

    def _excepted(self, case: Case, kind: caller_id.Kind) -> bool:
        shown = case.campaign.shown
        if kind is caller_id.Kind.ABROAD:
            return self.foreign_caller_ids
        if kind is not caller_id.Kind.ORDINARY:
            return False
        return self._rings_few(shown) or self._rings_less(shown)

    def _rings_few(self, shown: Shown) -> bool:
        # This call may be to a number more than were rung.
        known = self.few_numbers is not None and shown.rung is not None
        return known and (shown.rung or 0) < (self.few_numbers or 0)

    def _rings_less(self, shown: Shown) -> bool:
        if self.sent_per_hundred is None or shown.sent is None or shown.received is None:
            return False
        return (shown.sent + 1) * 100 <= shown.received * self.sent_per_hundred


def _unknown(case: Case, article: Article) -> Reasons:
    return (Reason("at.before-the-rules", article),)


@dataclass(frozen=True, slots=True)
class Ban:
    """Sectors that nobody sells by telephone but within a running contract.

    L223-1 al. 5 and R223-4 let whoever asks be rung, too; C. trav. L6323-8-1 does not.
    """

    sectors: frozenset[Sector]
    unless_asked: bool = False

    def holds(self, case: Case) -> bool:
        """Tell whether a call is one of those; a training account is somebody's at work as well."""
        if case.campaign.sector not in self.sectors or not case.sells:
            return False
        training = case.campaign.sector is Sector.TRAINING_ACCOUNT
        return case.consumer or (training and case.person.audience is not Audience.COMPANY)


_BANS: Final = (
    (law.L223_1_HOMES_2020, Ban(HOMES_2020)),
    (law.ACT_2025_594, Ban(HOMES_2025 - HOMES_2020)),
    (law.L223_1_HOMES, Ban(HOMES_2025, unless_asked=True)),
    (law.L6323_8_1, Ban(frozenset({Sector.TRAINING_ACCOUNT}))),
)


def _despite_ban(case: Case) -> Ground:
    """Say what a call in a banned sector rests on: never a consent, which is void there."""
    contract, _, _ = contract_for(case)
    if contract is not None:
        return Ground("contract", contract.id)
    request, _, _ = asked_for(case)
    return Ground("callback", request.id if request else "")


def _banned(ban: Ban, case: Case, article: Article) -> Reasons:
    """Nothing but a running contract, or R223-4's request."""
    if not ban.holds(case):
        return FINE
    contract, _, bound = contract_for(case)
    request, _, asked = asked_for(case) if ban.unless_asked else (None, "", None)
    if contract is not None or request is not None:
        return FINE
    return (Reason("sector.banned", article, soonest((bound, asked))),)


def _opted_out(case: Case, article: Article) -> Reasons:
    """L223-1 as of 2020: not on Bloctel, unless within a contract; L223-5: but for the press."""
    if not case.prospecting or case.campaign.sector is Sector.PRESS:
        return FINE
    contract, _, bound = contract_for(case)
    if contract is not None:
        return FINE
    found = (
        *limits.on_register(case, article, Register.BLOCTEL),
        *limits.unchecked(case, article, Register.BLOCTEL, BLOCTEL_EVERY),
    )
    return tuple(Reason(r.code, article, soonest((r.until, bound))) for r in found)


def _automaton(case: Case, article: Article) -> Reasons:
    """CPCE L34-5: a contract is no exception, and a person at work is a person."""
    if case.campaign.mode is not Mode.AGENTLESS or not case.sells:
        return FINE
    if case.person.audience is Audience.COMPANY:
        return FINE
    return agreed_to_automata(case, article, A_YEAR)


def _hours(case: Case, article: Article) -> Reasons:
    return FINE if in_chosen_slot(case) else limits.closed(case, article, HOURS, A_YEAR)


def _calls(case: Case, article: Article) -> Reasons:
    return limits.tried_too_often(case, article, MOST_CALLS, CALLS_DAYS)


def _refusals(case: Case, article: Article) -> Reasons:
    return limits.refused(case, article, REFUSED_DAYS)


def _only_prospecting(check: limits.Check) -> limits.Check:
    def checked(case: Case, article: Article) -> Reasons:
        return check(case, article) if case.prospecting else FINE

    return checked


@lru_cache(maxsize=64)
def _other_days(territory: str, alsace_moselle: bool, abolition_days: bool) -> Hours:
    """Return hours that are shut on the days of some places only."""
    days = []
    if alsace_moselle and territory in {Territory.METROPOLE, Territory.NATIONAL}:
        days.append(Calendar.ALSACE_MOSELLE)
    if abolition_days and territory in {each.value for each in CALENDAR_OF}:
        days.append(CALENDAR_OF[Territory(territory)])
    return Hours(week=(((0, 24),),) * 7, holidays=tuple(days))
