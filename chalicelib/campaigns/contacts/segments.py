"""Segments: whom of a list a campaign rings, in a line such as `city = "Lyon" and age >= 40`. Pure.

A line is parsed once, and every fault in it is told with its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from chalicelib.campaigns.contacts import comparing
from chalicelib.campaigns.contacts.contacts import NAME
from chalicelib.campaigns.contacts.segment_words import Token, tokens
from chalicelib.kernel.errors import Fault, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from chalicelib.campaigns.contacts.comparing import Test, Value
    from chalicelib.campaigns.contacts.contacts import Contact

LONGEST: Final = 2_000
_MOST_DEPTH: Final = 20
_MOST_VALUES: Final = 200
_MOST_FAULTS: Final = 20
_SIGNS: Final = {"<>": "!=", **{each: each for each in ("=", "!=", "<", "<=", ">", ">=")}}
_EXAMPLE: Final = 'such as city = "Lyon" and age >= 40'


@dataclass(frozen=True, slots=True)
class Segment:
    """A line that was understood: the fields that it asks, and whether somebody is meant."""

    text: str
    fields: frozenset[str]
    test: Test

    def matches(self, contact: Contact) -> bool:
        """Say whether somebody is meant. `number` is their first one."""
        return self.test({**contact.fields, "number": contact.numbers[0]})


def parse(text: str, known: Collection[str] | None = None, pointer: str = "/segment") -> Segment:
    """Understand a line; `known` are the fields that there are. Raises Rejected with all faults.

    >>> parse("age >= 40 and not vip = true").fields == {"age", "vip"}
    True
    """
    if len(text) > LONGEST:
        reason = f"is too long: {len(text)} characters, at most {LONGEST}"
        raise Rejected("the segment is not understood", faults=(Fault(pointer, reason),))
    parser = _Parser(tokens(text), known, pointer)
    test = parser.whole()
    if parser.faults:
        raise Rejected("the segment is not understood", faults=tuple(parser.faults[:_MOST_FAULTS]))
    return Segment(text.strip(), frozenset(parser.fields), test)


class _Lost(Exception):
    """A term that makes no sense: its fault is noted, reading goes on behind it."""


class _Parser:
    """One line: `or` of `and` of terms, `not` and brackets."""

    def __init__(self, found: Sequence[Token], known: Collection[str] | None, pointer: str) -> None:
        self._tokens, self._at = found, 0
        self._known, self._pointer = known, pointer
        self._depth = 0
        self.fields: set[str] = set()
        self.faults: list[Fault] = []

    def whole(self) -> Test:
        """Read all of it."""
        test = self._either()
        while self._tokens[self._at].kind != "end":
            self._note(f"what is `{self._tokens[self._at].text}` doing here? `and` or `or` first")
            self._at += 1
            self._skip()
            if self._tokens[self._at].kind != "end":
                self._at += 1
                self._either()
        return test

    def _either(self) -> Test:
        tests = [self._both()]
        while self._takes("or"):
            tests.append(self._both())
        return tests[0] if len(tests) == 1 else comparing.any_of(tests)

    def _both(self) -> Test:
        tests = [self._term()]
        while self._takes("and"):
            tests.append(self._term())
        return tests[0] if len(tests) == 1 else comparing.all_of(tests)

    def _term(self) -> Test:
        if self._takes("not"):
            return comparing.negated(self._nested(self._term))
        if self._takes("("):
            test = self._nested(self._either)
            if not self._takes(")") and self._depth < _MOST_DEPTH:
                self._note("a bracket is not closed")
            return test
        try:
            return self._comparison()
        except _Lost:
            self._skip()
            return comparing.nobody

    def _nested(self, read: Callable[[], Test]) -> Test:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            self._note(f"over {_MOST_DEPTH} levels of brackets")
            self._at = len(self._tokens) - 1
            return comparing.nobody
        test = read()
        self._depth -= self._depth <= _MOST_DEPTH  # else nothing is read any more
        return test

    def _comparison(self) -> Test:
        field = self._field()
        if self._takes("is"):
            negative = self._takes("not")
            self._demand("empty")
            return comparing.emptiness(field, empty=not negative)
        if self._takes("contains"):
            return comparing.containing(field, self._text())
        if self._takes("starts"):
            self._demand("with")
            return comparing.starting(field, self._text())
        negative = self._takes("not")
        if self._takes("in"):
            test = comparing.among(field, self._values())
            return comparing.negated(test) if negative else test
        return self._compared(field)

    def _compared(self, field: str) -> Test:
        sign = _SIGNS.get(self._tokens[self._at].text)
        if sign is None:
            signs = "=, !=, <, <=, >, >=, in, contains, starts with or is empty"
            self._lose(f"after `{field}` comes {signs}")
        self._at += 1
        value = self._value()
        if isinstance(value, str) and sign in ("<", "<=", ">", ">="):
            self._at -= 1
            self._lose("greater and less are of numbers and days: 40 or 2026-11-27, without quotes")
        return comparing.compared(field, sign, value)

    def _field(self) -> str:
        token = self._tokens[self._at]
        if token.kind != "word" or token.keyword or not NAME.fullmatch(token.text):
            self._lose(f"here comes a field's name, in small letters, {_EXAMPLE}")
        if self._known is not None and token.text not in {*self._known, "number"}:
            self._note(f"no contact of the list has a field `{token.text}`")
        self._at += 1
        self.fields.add(token.text)
        return token.text

    def _values(self) -> list[Value]:
        self._demand("(")
        values = [self._value()]
        while self._takes(","):
            values.append(self._value())
        if len(values) > _MOST_VALUES:
            self._note(f"at most {_MOST_VALUES} values in brackets")
        self._demand(")")
        return values

    def _value(self) -> Value:
        token = self._tokens[self._at]
        if token.value is None:
            self._lose('here comes a value: "a text in quotes", 40, 2026-11-27, true or false')
        self._at += 1
        return token.value

    def _text(self) -> str:
        value = self._value()
        if not isinstance(value, str):
            self._at -= 1
            self._lose("here comes a text in quotes")
        return value

    def _takes(self, text: str) -> bool:
        token = self._tokens[self._at]
        found = token.kind in ("word", "sign") and token.text.lower() == text
        self._at += found
        return found

    def _demand(self, text: str) -> None:
        if not self._takes(text):
            self._lose(f"here comes `{text}`")

    def _lose(self, reason: str) -> NoReturn:
        self._note(reason)
        raise _Lost

    def _note(self, reason: str) -> None:
        token = self._tokens[self._at]
        self.faults.append(Fault(self._pointer, f"at letter {token.column}: {reason}"))

    def _skip(self) -> None:
        """Go on to where the next term may begin."""
        while self._tokens[self._at].text.lower() not in ("and", "or", ")", ""):
            self._at += 1
