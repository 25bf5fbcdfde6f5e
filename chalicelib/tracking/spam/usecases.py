"""Judge calls that ended; mark and restore them by hand.

A call may be shown again at any time: what a person said stays, and what a rule said does too.
The first calls of a crowd look like anybody's: they are shown again when it has grown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from chalicelib.calls.call import CallQuery, Outcome
from chalicelib.tracking.spam.rules import Ground, Reason
from chalicelib.tracking.spam.traces import Kind, Trace, commons, crowd, is_impossible
from chalicelib.tracking.spam.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from chalicelib.calls.call import Call
    from chalicelib.calls.usecases import CallLog
    from chalicelib.tracking.spam.ports import Bench, Spams
    from chalicelib.tracking.spam.rules import Limits, Rules

# Whoever talked with somebody for so long lately is a customer, however often they ring.
_TALKED_SECONDS: Final = 30
_CALLS_LOOKED_AT: Final = 20
_WHO: Final = 12  # characters of a hash that tell callers of a crowd apart


def judge(call: Call, bench: Bench) -> bool:
    """Tell whether an ended call is spam, and keep why. Idempotent."""
    known = bench.spams.verdict(call.account_id, call.call_id)
    if known is not None:
        return known.is_spam
    reasons = tuple(_reasons(call, bench.rules(call.account_id), bench))
    if not reasons:
        return False
    verdict = Verdict(
        call_id=call.call_id,
        account_id=call.account_id,
        started_at=call.started_at,
        at=bench.clock(),
        reasons=reasons,
    )
    return bench.spams.add(verdict).is_spam


def mark(
    account_id: str, call_id: str, *, by: str, now: datetime, log: CallLog, spams: Spams
) -> Verdict:
    """Say that a call is spam. Raises NotFound if the account has no such call."""
    call = log.load(account_id, call_id)
    known = spams.verdict(account_id, call_id)
    reasons = known.reasons if known is not None else ()
    marked = Reason(Ground.MARKED)
    verdict = Verdict(
        call_id=call_id,
        account_id=account_id,
        started_at=call.started_at,
        at=now,
        reasons=reasons if marked in reasons else (*reasons, marked),
        by=by,
    )
    spams.keep(verdict)
    return verdict


def restore(
    account_id: str, call_id: str, *, by: str, now: datetime, log: CallLog, spams: Spams
) -> Verdict:
    """Say that a call was meant, whatever any rule says, also of one that no rule has caught."""
    call = log.load(account_id, call_id)
    known = spams.verdict(account_id, call_id) or Verdict(
        call_id=call_id,
        account_id=account_id,
        started_at=call.started_at,
        at=now,
        reasons=(),
    )
    verdict = known.restored_by(by, now)
    spams.keep(verdict)
    return verdict


def change_rules(change: Callable[[Rules], Rules], account_id: str, spams: Spams) -> Rules:
    """Change an account's rules as they are now. Raises Stale if somebody else does too."""
    return spams.save_rules(change(spams.rules(account_id)))


@dataclass(frozen=True, slots=True)
class _Crowd:
    """Calls that are too many together: why, and which."""

    reason: Reason
    traces: tuple[Trace, ...]
    fresh: bool  # it has become one lately: calls before this one were let pass


def _reasons(call: Call, rules: Rules, bench: Bench) -> Iterator[Reason]:
    if call.caller is None:
        return
    block = rules.block_of(call.caller, call.ended_at or call.started_at)
    if block is not None:
        yield Reason(Ground.BLOCKED, block.pattern)
        return
    if rules.limits.invalid_numbers and is_impossible(call.caller):
        yield Reason(Ground.INVALID)
    crowds = [*_crowds(call, rules.limits, bench)]
    if crowds and not _is_customer(call, bench.log):
        _show_again(call, [each for each in crowds if each.fresh], bench)
        yield from (each.reason for each in crowds)


def _crowds(call: Call, limits: Limits, bench: Bench) -> Iterator[_Crowd]:
    """Leave the call's traces, and return the crowds that it is one of."""
    assert call.caller is not None
    at_ms = int(call.started_at.timestamp() * 1000)
    who = bench.hashed(call.account_id, call.caller)[:_WHO]
    trace, window = Trace(at_ms, call.call_id, who), timedelta(minutes=limits.window_minutes)
    for kind, common in commons(call, limits).items():
        key = bench.hashed(call.account_id, common)
        about = bench.spams.leave(call.account_id, kind, key, trace)
        found = crowd(about, call.started_at, window)
        seen, enough = _measured(kind, found, limits)
        if seen >= enough:
            yield _Crowd(Reason(_GROUNDS[kind], str(seen)), found, fresh=seen < 2 * enough)


def _show_again(call: Call, crowds: list[_Crowd], bench: Bench) -> None:
    """Show those of a crowd again that nothing has been found of; each is judged once more."""
    others = dict.fromkeys(trace.call_id for each in crowds for trace in each.traces)
    for call_id in others:
        if call_id != call.call_id and bench.spams.verdict(call.account_id, call_id) is None:
            bench.again(call.account_id, call_id)


_GROUNDS: Final = {
    Kind.CALLER: Ground.REPEATED,
    Kind.NEIGHBOURS: Ground.NEIGHBOURS,
    Kind.RANGE: Ground.PUMPING,
}


def _measured(kind: Kind, found: tuple[Trace, ...], limits: Limits) -> tuple[int, int]:
    """Return how large a crowd is, and how large is too large."""
    if kind is Kind.CALLER:
        return len(found), limits.repeated_calls
    if kind is Kind.NEIGHBOURS:
        return len({each.who for each in found}), limits.neighbours
    return len(found), limits.pumped_calls


def _is_customer(call: Call, log: CallLog) -> bool:
    """Tell whether the caller talked with somebody of the account lately."""
    if call.caller_hash is None:
        return False
    query = CallQuery(account_id=call.account_id, caller_hash=call.caller_hash)
    return any(
        each.outcome is Outcome.ANSWERED and each.talk_seconds >= _TALKED_SECONDS
        for each in log.page(query, _CALLS_LOOKED_AT).calls
    )
