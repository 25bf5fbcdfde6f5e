"""Telling answering machines from people, while the call waits for it or meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.phone.legs import Diverted, HungUp
from local.phone.progress import call_back

if TYPE_CHECKING:
    from local.phone.legs import Leg
    from local.phone.model import Webhook

_PERSON_KNOWN_AFTER = 2  # seconds of speech before a person is taken for one
_MACHINE_KNOWN_AFTER = 4


async def detect(leg: Leg, mode: str) -> dict[str, str]:
    """Listen until it is clear who answered; with DetectMessageEnd, to the end of the greeting."""
    machine = bool(leg.phone.script.machine)
    await leg.sleep(_MACHINE_KNOWN_AFTER if machine else _PERSON_KNOWN_AFTER)
    if machine and mode == "DetectMessageEnd":
        left = leg.phone.speaking_until - leg.exchange.clock.seconds()
        await leg.sleep(max(0.0, left))
    kind = "machine_end_beep" if mode == "DetectMessageEnd" else "machine_start"
    leg.call.answered_by = kind if machine else "human"
    return {"AnsweredBy": leg.call.answered_by}


async def detect_meanwhile(leg: Leg, mode: str, target: Webhook) -> None:
    """Detect while the call goes on, and tell by callback."""
    clock = leg.exchange.clock
    began = clock.seconds()
    try:
        verdict = await detect(leg, mode)
    except (HungUp, Diverted):
        return
    params = {
        "CallSid": leg.call.sid,
        "AccountSid": leg.call.account_sid,
        "MachineDetectionDuration": str(round((clock.seconds() - began) * 1000)),
    }
    call_back(leg.exchange, leg.call, "amd", target, params | verdict)
