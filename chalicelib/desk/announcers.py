"""Who may announce, and who may approve: named people, so many of each side (product line 19)."""

from chalicelib.desk.announcements import Forbidden
from chalicelib.desk.messages import Author
from chalicelib.desk.settings import Announcer, Announcers
from chalicelib.desk.staff import MANAGING, Team


def named(announcers: Announcers, by: Author) -> Announcer:
    """Who of the announcers this is, by an admin token or by Telegram. Only the first so many of each side count.

    :raises Forbidden: not on the list, or beyond the limit of the side.
    """
    person = _known(announcers, by)
    if person is None:
        raise Forbidden("not_an_announcer", name=by.name)
    most = announcers.most_per_side.get(person.side, 0)
    if person not in [other for other in announcers.people if other.side is person.side][:most]:
        raise Forbidden("too_many_announcers", name=person.name, side=person.side, most=most)
    return person


def second_person(announcers: Announcers, by: Author) -> Author:
    """Whoever approves, by a name that is the same however they come: nobody is two people by having a token as well."""
    person = _known(announcers, by)
    return author(person) if person else by


def approver_in_telegram(announcers: Announcers, team: Team, by: Author) -> Author:
    """In Telegram announcers approve, and who leads the team.

    :raises Forbidden:
    """
    member = team.by_telegram(by.id.removeprefix("telegram:"))
    if _known(announcers, by) is None and (member is None or member.role not in MANAGING):
        raise Forbidden("not_an_announcer", name=by.name)
    return second_person(announcers, by)


def author(person: Announcer) -> Author:
    return Author(f"announcer:{person.name}", person.name)


def _known(announcers: Announcers, by: Author) -> Announcer | None:
    """Ids say where somebody comes from: a name that Telegram gives is not the name of a token."""
    return next((person for person in announcers.people if by.id in _ids(person)), None)


def _ids(person: Announcer) -> tuple[str, ...]:
    tokens = (f"token:{person.token}",) if person.token else ()
    users = (f"telegram:{person.telegram_user_id}",) if person.telegram_user_id else ()
    return tokens + users
