"""Who may be rung, when, and why not: the law of outbound calls, by country and date. Pure.

`decide` gives a decision with every reason and its article. `france`, `united_kingdom` and
`united_states` are the countries; `docs/campaigns.md` says which text is where.
"""

from __future__ import annotations

from chalicelib.campaigns.rules.articles import ARTICLES
from chalicelib.campaigns.rules.deciding import EDITION, LAWS, country_of, decide
from chalicelib.campaigns.rules.decision import Decision, Ground, Reason, decision_of
from chalicelib.campaigns.rules.facts import (
    Attempt,
    Audience,
    Campaign,
    Checked,
    Consent,
    Contract,
    Covers,
    Listed,
    Mode,
    Past,
    Person,
    Professional,
    Purpose,
    Refusal,
    Register,
    Request,
    Sector,
    Shown,
    Withdrawal,
)
from chalicelib.campaigns.rules.law import Cap, Country

__all__ = [
    "ARTICLES",
    "EDITION",
    "LAWS",
    "Attempt",
    "Audience",
    "Campaign",
    "Cap",
    "Checked",
    "Consent",
    "Contract",
    "Country",
    "Covers",
    "Decision",
    "Ground",
    "Listed",
    "Mode",
    "Past",
    "Person",
    "Professional",
    "Purpose",
    "Reason",
    "Refusal",
    "Register",
    "Request",
    "Sector",
    "Shown",
    "Withdrawal",
    "country_of",
    "decide",
    "decision_of",
]
