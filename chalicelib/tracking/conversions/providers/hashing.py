"""Telephone numbers as networks match them: SHA-256, after each network's own normalisation.

Such a hash is still personal data: there are few enough numbers to try them all. Pure.
"""

from __future__ import annotations

import hashlib


def of_e164(number: str) -> str:
    """Hash a number with its plus sign, as Google and Microsoft do.

    >>> of_e164("+33639981234")[:12]
    '5e59c3ce49f5'
    """
    return hashlib.sha256(number.encode()).hexdigest()


def of_digits(number: str) -> str:
    """Hash a number's digits alone, country code first, as Meta does.

    >>> of_digits("+33639981234") == hashlib.sha256(b"33639981234").hexdigest()
    True
    """
    return hashlib.sha256(number.removeprefix("+").encode()).hexdigest()
