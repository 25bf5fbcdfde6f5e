"""Words as speech recognition writes them, made comparable, and the numbers among them."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Final

from chalicelib.ivr.numerals import Counted, cardinal, digit_by_digit
from chalicelib.ivr.tongues import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Tokens = tuple[str, ...]

_WORD: Final = re.compile(r"[0-9]+(?:er|re|st|nd|rd|th|e|º|ª)?(?!\w)|[^\W_]+", re.UNICODE)
_PAUSE: Final = re.compile(r"[,;.،؛\n]+")
# How the same Arabic word may be written: with or without hamza, with final ta or alif.
_ARABIC: Final = str.maketrans({"أ": "ا", "إ": "ا", "آ": "ا", "ى": "ي", "ة": "ه", "ـ": None})
# More words than that are a conversation, not digits.
_MOST_TOKENS: Final = 60


def split(text: str) -> Tokens:
    """Return the words of a text without case, accents or punctuation.

    >>> split("Où est l'ÉTÉ ?"), split("vingt-et-un")
    (('ou', 'est', 'l', 'ete'), ('vingt', 'et', 'un'))
    """
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_ARABIC))
    bare = "".join(each for each in folded if unicodedata.category(each) != "Mn")
    return tuple(_bare(word) for word in _WORD.findall(bare.translate(_ARABIC)))


def tokens(text: str, tongue: str) -> Tokens:
    """Return the words that matter: without hesitations, articles and politeness.

    >>> tokens("Euh, la facturation s'il vous plaît !", "fr")
    ('facturation',)
    """
    said = split(text)
    known = frozenset(said)
    for phrase in _fillers(tongue):
        if phrase[0] not in known:
            continue
        at = 0
        while (found := _find(said, phrase, at)) is not None:
            # A text that holds nothing else is left as it is: "la" may be all that was meant.
            at = found
            said = said[:at] + said[at + len(phrase) :]
    return said or split(text)


def places(
    heard: Tokens, phrase: Tokens, same: Callable[[str, str], bool] | None = None
) -> list[int]:
    """Return where a phrase begins in what was heard; `same` compares two words."""
    if not phrase:
        return []
    found = range(len(heard) - len(phrase) + 1)
    if same is None:
        return [at for at in found if heard[at : at + len(phrase)] == phrase]
    return [at for at in found if all(map(same, heard[at : at + len(phrase)], phrase))]


def near(heard: str, wanted: str) -> bool:
    """Tell whether a word may be another one, badly heard.

    One slip is forgiven in a word of four letters or more, two in one of eight or more.

    >>> near("facturassion", "facturation"), near("six", "dix")
    (True, False)
    """
    slips = 2 if len(wanted) >= 8 else 1 if len(wanted) >= 4 else 0
    if heard == wanted:
        return True
    if is_digits(heard) or is_digits(wanted) or abs(len(heard) - len(wanted)) > slips:
        return False
    return _distance(heard, wanted) <= slips


@cache
def phrases(tongue: str, name: str) -> tuple[Tokens, ...]:
    """Return the phrases that the vocabulary keeps under a name."""
    return tuple(split(phrase) for phrase in words(tongue)[name])


def is_digits(token: str) -> bool:
    """Tell whether a word is made of digits only."""
    return token.isascii() and token.isdigit()


def digits(said: str, tongue: str, length: int | None) -> str | None:
    """Return the digits said, in words or not; None when there are none, or several readings."""
    stretches = [tokens(stretch, tongue) for stretch in pauses(_apart(said)) if split(stretch)]
    heard = [stretch for stretch in map(_trimmed(tongue), stretches) if stretch]
    if not heard or sum(map(len, heard)) > _MOST_TOKENS:
        return None
    ways: dict[str, int] = {"": 0}
    for stretch in heard:
        ways = joined(ways, readings(stretch, tongue))
    if length is not None:
        ways = {said: parts for said, parts in ways.items() if len(said) == length}
    return likeliest(ways)


def pauses(said: str) -> list[str]:
    """Return what was said from one pause to the next."""
    return _PAUSE.split(said)


def numbers(said: str, tongue: str) -> list[dict[str, int]]:
    """Return the numbers of a sentence, each with the ways to read it.

    One goes on after a pause if it is written as before: in figures, or in words.

    >>> numbers("12 34, 56 rue Paul 7", "fr")
    [{'123456': 3}, {'7': 1}]
    """
    found: list[dict[str, int]] = []
    last = ""
    for stretch in pauses(_apart(said)):
        for counts, heard in groupby(tokens(stretch, tongue), lambda each: numeric(each, tongue)):
            run = tuple(heard)
            if counts and last and is_digits(last) == is_digits(run[0]):
                found[-1] = joined(found[-1], readings(run, tongue))
            elif counts:
                found.append(readings(run, tongue))
            last = run[-1] if counts else ""
    return found


def likeliest(ways: dict[str, int]) -> str | None:
    """Return the reading in the fewest parts; None where there are several, or none."""
    fewest = [said for said, parts in ways.items() if parts == min(ways.values())]
    return fewest[0] if len(fewest) == 1 else None


def readings(heard: Tokens, tongue: str) -> dict[str, int]:
    """Return every way to read words as digits; from a thousand on they are one number."""
    if not any(_large(token, tongue) for token in heard):
        return _readings(heard, tongue)
    number = whole(heard, tongue)
    return {} if number is None else {str(number): 1}


def number(said: str, tongue: str) -> int | None:
    """Return the one whole number below a million in a sentence; None where it is not sure."""
    found = [run for run in _runs(tokens(_apart(said), tongue), tongue) if run]
    if len(found) != 1:
        return None
    return whole(found[0], tongue)


def whole(run: Tokens, tongue: str) -> int | None:
    """Return the number that words are, all of them; None where they are none."""
    if len(run) == 1 and is_digits(run[0]):
        return int(run[0])
    known = lexicon(tongue).get(run)
    return _thousands_and(run, tongue) if known is None else int(known)


def _thousands_and(run: Tokens, tongue: str) -> int | None:
    """Read "douze mille trois cents": so many thousands, then the rest."""
    thousands, rests = _thousands(tongue)
    ways = {
        thousands[run[:end]] + rest
        for end in range(1, len(run) + 1)
        if run[:end] in thousands
        for rest in (rests.get(run[end:]),)
        if rest is not None
    }
    return ways.pop() if len(ways) == 1 else None


@cache
def _thousands(tongue: str) -> tuple[dict[Tokens, int], dict[Tokens, int]]:
    """Return every way to say whole thousands, and every way to say what may follow them."""

    def said(number: int, counted: Counted = Counted.ALONE) -> Tokens:
        return split(_apart(cardinal(number, tongue, counted)))

    one = said(1000)
    thousands = {
        said(1000 * many, each): 1000 * many for many in range(1, 1000) for each in Counted
    }
    also = {split(name): int(means) for name, means in words(tongue)["also_thousands"].items()}
    rest = {said(1000 + few, each)[len(one) :]: few for few in range(1, 1000) for each in Counted}
    known = {name: int(means) for name, means in lexicon(tongue).items() if means[0] != "0"}
    return thousands | also, {(): 0} | known | rest


def _apart(text: str) -> str:
    """Part what German writes in one word after its thousands: "zwölftausend dreihundert"."""
    return _THOUSAND.sub(r"\g<0> ", text)


_THOUSAND: Final = re.compile(r"tausend(?=\w)", re.IGNORECASE)


def _runs(heard: Tokens, tongue: str) -> Iterator[Tokens]:
    """Go through the stretches of number words, the large ones that nobody reads among them."""
    run: Tokens = ()
    for token in heard:
        if numeric(token, tongue):
            run += (token,)
        else:
            yield run
            run = ()
    yield run


@cache
def lexicon(tongue: str) -> dict[Tokens, str]:
    """Return every way to say 0 to 999, and noughts with a digit, with the digits it means."""
    ways: dict[Tokens, str] = {}
    for number in range(1000):
        for counted in Counted:
            name = cardinal(number, tongue, counted)
            ways[split(name)] = str(number)
            if tongue == "fr" and number % 100 in {0, 80}:  # "neuf cent quatre-vingt"
                ways[split(name.removesuffix("s"))] = str(number)
    for number in range(10):
        ways[split(digit_by_digit(f"0{number}", tongue))] = f"0{number}"
    for name, means in words(tongue)["also_numbers"].items():
        ways[split(name)] = means
        if tongue == "fr" and 70 <= int(means) <= 99:  # "neuf cent nonante"
            hundreds = ((many, cardinal(100 * many, tongue)) for many in range(1, 10))
            ways |= {split(f"{h.removesuffix('s')} {name}"): f"{n}{means}" for n, h in hundreds}
    return ways


def _readings(heard: Tokens, tongue: str) -> dict[str, int]:
    """Return every way to read words as digits, and of how many parts it is made."""
    known, repeats = lexicon(tongue), words(tongue)["repeats"]
    longest = max(map(len, known))
    ways: list[dict[str, int]] = [{"": 0}, *({} for _ in heard)]
    for at in range(len(heard)):
        for end in range(at + 1, min(at + longest, len(heard)) + 1):
            part = heard[at:end]
            means = part[0] if len(part) == 1 and is_digits(part[0]) else known.get(part)
            if means is None and len(part) == 2 and part[0] in repeats:
                once = known.get(part[1:], part[1])
                means = once * int(repeats[part[0]]) if len(once) == 1 else None
            if means is not None:
                _keep(ways[end], joined(ways[at], {means: 1}))
    return ways[-1]


def joined(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """Return every reading of two stretches, one after the other."""
    ways: dict[str, int] = {}
    for first, parts in before.items():
        _keep(ways, {first + said: parts + more for said, more in after.items()})
    return ways


def _keep(ways: dict[str, int], more: dict[str, int]) -> None:
    """Add ways; those in the fewest parts are kept when there are too many to follow."""
    for said, parts in more.items():
        ways[said] = min(parts, ways.get(said, parts))
    if len(ways) > _MOST_WAYS:
        for said in sorted(ways, key=lambda each: ways[each])[_MOST_WAYS:]:
            del ways[said]


# Five pairs of a French telephone number have at most 3 readings each.
_MOST_WAYS: Final = 2000


def _trimmed(tongue: str) -> Callable[[Tokens], Tokens]:
    def trim(heard: Tokens) -> Tokens:
        """Leave out what surrounds the numbers: "alors", "mon numéro c'est le"."""
        found = [at for at, token in enumerate(heard) if numeric(token, tongue)]
        return heard[found[0] : found[-1] + 1] if found else ()

    return trim


def numeric(token: str, tongue: str) -> bool:
    """Tell whether a word may be part of a number, or says that the next digit comes twice."""
    return is_digits(token) or token in _number_words(tongue) or _large(token, tongue)


def _large(token: str, tongue: str) -> bool:
    """Tell whether a word is said of thousands and more only, which nobody reads digit by digit."""
    if token in _number_words(tongue):
        return False
    return token in _large_words(tongue) or token.endswith("tausend")


@cache
def _number_words(tongue: str) -> frozenset[str]:
    said = {token for phrase in lexicon(tongue) for token in phrase}
    return frozenset(said | set(words(tongue)["repeats"]))


@cache
def _large_words(tongue: str) -> frozenset[str]:
    large = (1000 * many + more for many in (1, 2, 3, 11, 100) for more in range(0, 1000, 100))
    larger = (many * each for many in (1, 2, 3, 11, 100) for each in (10**6, 10**9))
    said = {token for each in (*large, *larger) for token in split(cardinal(each, tongue))}
    return frozenset(
        said | {token for name in words(tongue)["also_thousands"] for token in split(name)}
    )


@cache
def _fillers(tongue: str) -> tuple[Tokens, ...]:
    """Return what may be left out, longest first: "s'il vous plaît" before "vous"."""
    return tuple(sorted(phrases(tongue, "fillers"), key=len, reverse=True))


@cache
def sentence_words(tongue: str) -> tuple[Tokens, ...]:
    """Return what people say around a code that they spell, longest first."""
    said = {*phrases(tongue, "fillers"), *phrases(tongue, "around_codes")}
    return tuple(sorted(said, key=len, reverse=True))


def _find(said: Tokens, phrase: Tokens, start: int) -> int | None:
    return next((at for at in places(said, phrase) if at >= start), None)


def _bare(word: str) -> str:
    """Leave out the Arabic article, and write the digits of any script as 0 to 9."""
    if word.startswith("ال") and len(word) > 4:
        return word[2:]
    if word.isascii() or not any(map(str.isdigit, word)):
        return word
    found = ((each, unicodedata.digit(each, None)) for each in word)
    return "".join(each if digit is None else str(digit) for each, digit in found)


def _distance(one: str, other: str) -> int:
    """Count the letters to change, add or leave out (Levenshtein)."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        above, row[0] = row[0], at
        for to, wanted in enumerate(other, start=1):
            above, row[to] = (
                row[to],
                min(above + (letter != wanted), row[to] + 1, row[to - 1] + 1),
            )
    return row[-1]
