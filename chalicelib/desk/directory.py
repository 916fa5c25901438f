"""Finding people by what somebody remembers of them: a part of the name, the company, the number, in whichever alphabet."""

import re

from chalicelib.desk.clients import Client

FEWEST_DIGITS = 3  # of a number; fewer are part of a name, such as "Sever-24"

_LATIN = str.maketrans("абвгдеёзийклмнопрстуфыэ", "abvgdeeziiklmnoprstufye", "ъь") | str.maketrans(
    {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "iu", "я": "ia"}
)
# Other ways to write the same sounds, so that "Yulia" and "Julija" are found as "Юлия" is.
_ALIKE = ((re.compile("[jy]"), "i"), (re.compile("ii+"), "i"), (re.compile("kh|h"), "h"), (re.compile("ks"), "x"))
_NUMBER = re.compile(r"[+\d\s()-]+")


def is_meant(client: Client, words: str) -> bool:
    """Whether each of ``words`` is a part of the client's name, company, project or e-mail, or all of them of a number."""
    digits = "".join(filter(str.isdigit, words))
    if len(digits) >= FEWEST_DIGITS and _NUMBER.fullmatch(words):
        abroad = f"+7{digits[1:]}" if digits.startswith("8") else digits  # 8 (916) … at home is +7 916 …
        return any(digits in number or abroad in number for number in client.phones)
    known = _folded(" ".join((client.name, client.company, client.project, *client.emails)))
    return all(_folded(word) in known for word in words.split())


def _folded(text: str) -> str:
    latin = text.casefold().translate(_LATIN)
    for written, as_one in _ALIKE:
        latin = written.sub(as_one, latin)
    return latin
