"""Phone numbers and e-mail addresses as clients are found by: one way to write each. Used wherever people type them."""

import re
from collections.abc import Callable
from typing import Any

from chalicelib.desk.fields import Field
from chalicelib.desk.validation import Findings

REGION = "RU"  # whose national way of writing is understood: 8 (916) 123-45-67

# What every mail system can take, not all that RFC 5321 allows: the address is for finding people, not for proving it.
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@(?:[^\s@.<>\"(),:;\\]{1,63}\.)+[^\s@.<>\"(),:;\\\d]{2,63}")

_NUMBER = re.compile(r"(?<![\w+])\+?\d(?:[ ().-]{0,2}\d){9,14}(?!\w)", re.ASCII)
MOST_MENTIONED = 5


def phone(written: str) -> str | None:
    """E.164, such as +79161234567. None for what cannot be a number anywhere; whether it is in use is not known."""
    import phonenumbers  # a tenth of a second to import: only those who need it wait

    try:
        number = phonenumbers.parse(written, REGION)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number) or re.search(r"[^\W\d_]", written):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def numbers_in(text: str) -> tuple[str, ...]:
    """The phone numbers that somebody mentions, E.164, each once; a few at most.

    >>> numbers_in("call 8 (916) 123-45-67 or +7 916 123 45 67 about invoice 12")
    ('+79161234567',)
    """
    mentioned = (phone(found) for found in _NUMBER.findall(text)[:MOST_MENTIONED])
    return tuple(dict.fromkeys(filter(None, mentioned)))


def email(written: str) -> str | None:
    """Lower case, without spaces around. None for what is no address."""
    address = written.strip().lower()
    return address if len(address) <= 254 and _EMAIL.fullmatch(address) else None


def _field(read: Callable[[str], str | None], message: str, schema: dict[str, Any]) -> Field:
    def read_it(findings: Findings, value: Any, path: str) -> str | None:
        found = read(value) if isinstance(value, str) and len(value) <= 300 else None
        if found is None:
            findings.add(path, message)
        return found

    return Field(read_it, {"type": "string", **schema})


PHONE = _field(phone, "must be a phone number such as +7 916 123-45-67", {"examples": ["+7 916 123-45-67"]})
EMAIL = _field(email, "must be an e-mail address such as anna@example.com", {"format": "email"})
