"""Settings as people write them: each document read whole, with every mistake named. Called when one is saved.

What is saved is decoded again by ``use_cases.settings`` without these checks, so nothing may pass here that it cannot use.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chalicelib.desk.announcement_documents import check_announcements
from chalicelib.desk.calendar_documents import find_calendars, read_calendars
from chalicelib.desk.companies import check_companies
from chalicelib.desk.fields import (
    Fields,
    array,
    choice,
    day,
    flag,
    line,
    nullable,
    one_of,
    pattern,
    read,
    record,
    required,
    whole_number,
)
from chalicelib.desk.kept_list import check_directory
from chalicelib.desk.our_clients import check_rule
from chalicelib.desk.policy_documents import MESSENGERS, read_policies
from chalicelib.desk.settings import Announcers, Side
from chalicelib.desk.staff import Role
from chalicelib.desk.survey_settings import check_still_named, check_surveys
from chalicelib.desk.template_documents import check_templates
from chalicelib.desk.validation import FieldError, Findings, Invalid
from chalicelib.desk.weekly import check_weekly
from chalicelib.desk.zones import TIMEZONE

# How people find us, by messenger: what stands in a link that opens the chat with us.
ADDRESSES: Fields = {
    "telegram": pattern(r"\w{5,32}", "the bot's username, without @"),
    "whatsapp": pattern(r"[1-9]\d{6,14}", "our number with its country, digits only, such as 79001234567"),
    "vk": pattern(r"[\w.]{2,32}", "the community's short name, or club and its number"),
    "viber": pattern(r"[\w.-]{1,64}", "the bot's URI"),
    "max": pattern(r"\w{1,64}", "the bot's username, without @"),
}
DESK: Fields = {
    "account": required(pattern(r"\d{0,20}", "the bot's own id, in digits")),
    "group": required(pattern(r"(-?\d{1,20})?", "the id of the team's forum group, such as -1001234567890")),
    "emergency_chat": pattern(r"(-?\d{1,20}|@\w{4,32})?", "the id of a channel, such as -1001234567890, or its @name"),
    "language": one_of("ru", "en"),
    "timezone": TIMEZONE,
    "groups": array(pattern(r"-\d{1,20}", "the id of another forum group, such as -1001234567891"), 50),
    "addresses": record(ADDRESSES),
    "accounts": record({name: line(64, shortest=1) for name in MESSENGERS if name != "telegram"}),
}
MEMBER: Fields = {
    "id": required(pattern(r"[\w.-]{1,64}", "letters, digits, '-', '_' and '.'")),
    "name": required(line(100, shortest=1)),
    "role": required(choice(Role)),
    "telegram_user_id": required(whole_number(1, 2**53)),
    "on_duty": flag(),
    "absent": flag(),
    "absent_from": nullable(day()),
    "absent_until": nullable(day()),
}
STAFF: Fields = {"members": required(array(record(MEMBER), 200))}
ANNOUNCER: Fields = {
    "name": required(line(100, shortest=1)),
    "token": line(100, shortest=1),
    "telegram_user_id": nullable(whole_number(1, 2**53)),
    "side": required(choice(Side)),
    "manager": flag(),
}
ANNOUNCERS: Fields = {
    "people": required(array(record(ANNOUNCER), 100)),
    "most_per_side": record({str(side): whole_number(0, 100) for side in Side}),
}
COMPONENTS = array(line(100, shortest=1), 500)


def check(name: str, document: Any, in_use: Mapping[str, Any]) -> None:
    """Whether ``document`` can be the settings ``name``. ``in_use`` are all documents as they are now: what refers to
    each other must go together.

    :raises Invalid: naming every bad field.
    """
    _CHECKS[name](document, in_use)


def _desk(document: Any, _in_use: Mapping[str, Any]) -> None:
    desk = read(document, DESK)
    findings = Findings()
    for n, group in enumerate(desk.get("groups", ())):
        if group in (desk["group"], *desk["groups"][:n]):
            findings.add(f"groups[{n}]", "is there twice")
    findings.finish()


def _staff(document: Any, _in_use: Mapping[str, Any]) -> None:
    """Alerts need somebody to go to, so there is always a manager."""
    members = read(document, STAFF)["members"]
    findings = Findings()
    _check_unique(findings, "members", "id", members)
    _check_unique(findings, "members", "telegram_user_id", members)
    if Role.MANAGER not in (member["role"] for member in members):
        findings.add("members", "must have at least one manager")
    for n, member in enumerate(members):
        since, until = member.get("absent_from"), member.get("absent_until")
        if since and until and until < since:
            findings.add(f"members[{n}].absent_until", "is before absent_from")
    findings.finish()


def _calendars(document: Any, in_use: Mapping[str, Any]) -> None:
    """A calendar may be changed but not removed: tickets that were opened under it still count in it."""
    findings = Findings()
    calendars = find_calendars(findings, document, "")
    if isinstance(document, dict):
        for name in in_use["calendars"]:
            if name not in calendars:
                findings.add(name, "cannot be removed: tickets that were opened under it still count in it")
    findings.finish()
    try:
        read_policies(in_use["policies"], calendars)
    except Invalid as wrong:
        of_policies = (FieldError(error.field, f"(in use) {error.message}") for error in wrong.errors)
        raise Invalid(list(of_policies)) from wrong


def _policies(document: Any, in_use: Mapping[str, Any]) -> None:
    read_policies(document, read_calendars(in_use["calendars"], checked_before=True), "")


def _announcers(document: Any, _in_use: Mapping[str, Any]) -> None:
    """Announcing is limited to so many named people of each side (product line 19)."""
    announcers = read(document, ANNOUNCERS)
    people, most = announcers["people"], announcers.get("most_per_side", Announcers().most_per_side)
    findings = Findings()
    _check_unique(findings, "people", "name", people)
    for way in ("token", "telegram_user_id"):
        _check_unique(findings, "people", way, [person for person in people if person.get(way)])
    for n, person in enumerate(people):
        if not person.get("token") and not person.get("telegram_user_id"):
            findings.add(
                f"people[{n}].token", "is required, or else telegram_user_id: by one of them we know who it is"
            )
    for side, count in Counter(person["side"] for person in people).items():
        if count > most.get(side, 0):
            findings.add("people", f"are {count} of side {side}, {most.get(side, 0)} at most")
    findings.finish()


def _components(document: Any, in_use: Mapping[str, Any]) -> None:
    """One that a company is tied to has to stay."""
    findings = Findings()
    names = COMPONENTS.read(findings, document, "")
    findings.finish()
    for n, name in enumerate(names):
        if name in names[:n]:
            findings.add(f"[{n}]", "is there twice")
    tied = {component for tie in in_use["companies"] for component in tie["components"]}
    for name in sorted(tied.difference(names)):
        findings.add("", f"(in use by companies) must have {name}")
    findings.finish()


def _templates(document: Any, in_use: Mapping[str, Any]) -> None:
    check_templates(document)
    check_still_named(document, in_use["surveys"])


def _check_unique(findings: Findings, path: str, field: str, records: Iterable[Mapping[str, Any]]) -> None:
    seen = set()
    for n, each in enumerate(records):
        if each[field] in seen:
            findings.add(f"{path}[{n}].{field}", "is somebody else's too")
        seen.add(each[field])


_CHECKS: Mapping[str, Callable[[Any, Mapping[str, Any]], None]] = {
    "desk": _desk,
    "staff": _staff,
    "calendars": _calendars,
    "policies": _policies,
    "announcers": _announcers,
    "components": _components,
    "templates": _templates,
    "announcements": lambda document, in_use: check_announcements(document, in_use["templates"]),
    "our_clients": check_rule,
    "companies": lambda document, in_use: check_companies(document, in_use["components"]),
    "surveys": lambda document, in_use: check_surveys(document, in_use["templates"]),
    "directory": lambda document, _: check_directory(document),
    "weekly": lambda document, _: check_weekly(document),
}
