"""Who made the phone ring, how sure that is, and which touches get the credit. Pure, no store.

`attribute` finds a call's visit; `crediting`, `removal` and `shapley` are the models of credit,
`comparing` sets two of them side by side.
"""

from __future__ import annotations

from chalicelib.tracking.attribution.behaviour import Behaviour
from chalicelib.tracking.attribution.confidence import Attribution, Candidate, attribute
from chalicelib.tracking.attribution.evidence import (
    Credited,
    Dialled,
    Lease,
    PastCall,
    Reach,
    Ring,
    Role,
    Visit,
)

__all__ = [
    "Attribution",
    "Behaviour",
    "Candidate",
    "Credited",
    "Dialled",
    "Lease",
    "PastCall",
    "Reach",
    "Ring",
    "Role",
    "Visit",
    "attribute",
]
