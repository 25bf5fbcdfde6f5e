"""The texts that rules rest on, each in the versions that this package knows. Pure data.

Dates are those on which a version came into force. What could not be read in an official text, or
in two sources that agree, is a choice of the country's options and not an article here.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from chalicelib.campaigns.rules.decision import Article, Basis

_OPT_IN: Final = date(2026, 8, 11)  # act 2025-594 of 30 June 2025, art. 13
_OLD: Final = date(1970, 1, 1)

# Nobody's law: what decent callers do. Options say how much of it.
PRACTICE: Final = Article(
    "practice", "bonne pratique", _OLD, basis=Basis.PRACTICE, in_english="good practice"
)
HOUSE: Final = Article(
    "house", "règle de Cadran", _OLD, basis=Basis.PRACTICE, in_english="a rule of Cadran's"
)

# Nothing is kept of the law of France before the act of 24 July 2020.
BEFORE_2020: Final = Article(
    "fr.before-2020",
    "avant la loi 2020-901",
    _OLD,
    date(2020, 7, 26),
    in_english="before act 2020-901",
)
# France. The consumer code (C. conso.), opt-out and then opt-in.
L223_1_OPT_OUT: Final = Article(
    "fr.l223-1.2020", "C. conso. L223-1, loi 2020-901", date(2020, 7, 26), _OPT_IN
)
L223_1_OPT_IN: Final = Article("fr.l223-1.2026", "C. conso. L223-1, loi 2025-594", _OPT_IN)
L223_1_HOMES_2020: Final = Article(
    "fr.l223-1.homes.2020", "C. conso. L223-1 al. 3, loi 2020-901", date(2020, 7, 26), _OPT_IN
)
# Sources say "since 1 July 2025" of an act of 30 June, published on 1 July: the earlier day.
ACT_2025_594: Final = Article(
    "fr.2025-594.13", "loi 2025-594, art. 13 II", date(2025, 7, 1), _OPT_IN
)
L223_1_HOMES: Final = Article(
    "fr.l223-1.homes.2026", "C. conso. L223-1 al. 5, loi 2025-594", _OPT_IN
)
L6323_8_1: Final = Article("fr.l6323-8-1", "C. trav. L6323-8-1", date(2022, 12, 21))
R223_1: Final = Article("fr.r223-1", "C. conso. R223-1, décret 2026-662", _OPT_IN)
R223_4: Final = Article("fr.r223-4", "C. conso. R223-4, décret 2026-662", _OPT_IN)
D223_9: Final = Article("fr.d223-9", "C. conso. D223-9, décret 2022-1313", date(2023, 3, 1))
L34_5: Final = Article("fr.l34-5", "CPCE L34-5", date(2016, 7, 1))
L221_17: Final = Article("fr.l221-17", "C. conso. L221-17", date(2016, 7, 1))
ORDER_2016: Final = Article("fr.order-2016-07-05", "arrêté du 5 juillet 2016", date(2016, 8, 1))
PLAN_2023: Final = Article(
    "fr.plan.2023", "ARCEP 2018-0881, décision 2022-1583", date(2023, 1, 1), date(2026, 1, 1)
)
PLAN_2026: Final = Article("fr.plan.2026", "ARCEP 2018-0881, décision 2025-2215", date(2026, 1, 1))
L44: Final = Article("fr.l44", "CPCE L44 IV, loi 2020-901", date(2023, 7, 25))
L33_1: Final = Article("fr.l33-1", "CPCE L33-1 I f", date(2016, 7, 1))
GDPR_21: Final = Article("eu.gdpr.21", "RGPD art. 21", date(2018, 5, 25), in_english="GDPR art. 21")

# United Kingdom: the Privacy and Electronic Communications Regulations 2003, and Ofcom.
PECR_19: Final = Article("gb.pecr.19", "PECR 2003 reg. 19", date(2003, 12, 11))
PECR_21: Final = Article("gb.pecr.21", "PECR 2003 reg. 21", date(2003, 12, 11))
UK_GDPR_21: Final = Article("gb.gdpr.21", "UK GDPR art. 21", date(2018, 5, 25))
PECR_21_CLI: Final = Article("gb.pecr.21.cli", "PECR 2003 reg. 21(A1)", date(2016, 5, 16))
PECR_21A: Final = Article("gb.pecr.21a", "PECR 2003 reg. 21A", date(2018, 9, 8))
PECR_21B: Final = Article("gb.pecr.21b", "PECR 2003 reg. 21B", date(2019, 1, 9))
OFCOM: Final = Article(
    "gb.ofcom.2017", "Ofcom, persistent misuse, 2016", date(2017, 3, 1), None, Basis.PRACTICE
)

# United States: the FCC's rules under the Telephone Consumer Protection Act.
US_ROBOCALLS: Final = Article("us.64.1200.a", "47 CFR 64.1200(a)(1)-(3)", date(2013, 10, 16))
US_ABANDONED: Final = Article("us.64.1200.a.7", "47 CFR 64.1200(a)(7)", date(2013, 10, 16))
US_HOURS: Final = Article("us.64.1200.c.1", "47 CFR 64.1200(c)(1)", date(2003, 8, 25))
US_REGISTRY: Final = Article("us.64.1200.c.2", "47 CFR 64.1200(c)(2)", date(2003, 10, 1))
US_OWN_LIST: Final = Article("us.64.1200.d", "47 CFR 64.1200(d)", date(2003, 8, 25))
US_CALLER_ID: Final = Article("us.64.1601.e", "47 CFR 64.1601(e)", date(2004, 1, 29))
US_STATE: Final = Article("us.state", "loi de l'État", date(2003, 8, 25), in_english="state law")

ARTICLES: Final = {each.key: each for each in list(globals().values()) if isinstance(each, Article)}
