"""Numbers and addresses as networks match them: SHA-256, after each network's own normalisation.

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


def of_email(address: str) -> str:
    """Hash an e-mail address in small letters, as Meta does.

    >>> of_email(" Jeanne@Exemple.FR ") == hashlib.sha256(b"jeanne@exemple.fr").hexdigest()
    True
    """
    return hashlib.sha256(address.strip().lower().encode()).hexdigest()


def of_google_email(address: str) -> str:
    """Hash an address as Google does, whose own mail knows no dots.

    (https://developers.google.com/google-ads/api/docs/conversions/upload-offline, 2026-11)

    >>> of_google_email("Jeanne.M@gmail.com") == of_email("jeannem@gmail.com")
    True
    >>> of_google_email("jeanne.m@exemple.fr") == of_email("jeanne.m@exemple.fr")
    True
    """
    name, at, domain = address.strip().lower().partition("@")
    bare = name.replace(".", "") if domain in ("gmail.com", "googlemail.com") else name
    return of_email(f"{bare}{at}{domain}")


def of_microsoft_email(address: str) -> str:
    """Hash an address as Microsoft does: no dots before the at sign, nothing from a plus on.

    >>> of_microsoft_email("Jeanne.M+pub@exemple.fr") == of_email("jeannem@exemple.fr")
    True
    """
    name, at, domain = address.strip().lower().partition("@")
    return of_email(f"{name.partition('+')[0].replace('.', '')}{at}{domain}")
