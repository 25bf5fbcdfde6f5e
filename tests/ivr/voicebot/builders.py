"""Briefs and conversations for the tests of bots: defaults that can be overridden."""

from __future__ import annotations

from typing import Any

from chalicelib.ivr.voicebot.brief import Brief, Digits, Intent, Slot
from chalicelib.ivr.voicebot.conversation import Conversation

NUMBER = Slot(name="order.number", ask="Quel numéro ?", digits=Digits(6, 8))
ORDER = Intent(
    name="order",
    phrases=("où est ma commande", "suivre ma commande"),
    collect=(NUMBER,),
    go="found",
)
CANCEL = Intent(name="cancel", phrases=("annuler ma commande", "je veux annuler"), go="cancelled")
HOURS = Intent(
    name="hours",
    phrases=("quels sont vos horaires", "à quelle heure ouvrez-vous"),
    reply="De neuf à dix-huit heures.",
)
PERSON = Intent(name="person", phrases=("parler à quelqu'un", "un conseiller"), go="people")


def a_brief(*intents: Intent, **fields: Any) -> Brief:
    return Brief(intents=intents or (ORDER, CANCEL, HOURS, PERSON), **fields)


def a_conversation(**fields: Any) -> Conversation:
    return Conversation(**{"call_id": "CA1", "language": "fr-FR", **fields})
