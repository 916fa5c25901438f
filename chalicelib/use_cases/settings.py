"""The settings as rules use them: read from their documents, checked whole, with defaults for what nobody has edited."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import msgspec

from chalicelib.desk.announcement_settings import AnnouncementSettings
from chalicelib.desk.calendar_documents import read_calendars
from chalicelib.desk.companies import Tie
from chalicelib.desk.kept_list import Directory
from chalicelib.desk.our_clients import Rule as OurClients
from chalicelib.desk.policies import DEFAULT_POLICIES
from chalicelib.desk.policy_documents import policies_document, read_policies
from chalicelib.desk.settings import DEFAULT_CALENDARS, Announcers, Desk, Settings
from chalicelib.desk.staff import Team
from chalicelib.desk.survey_settings import SurveySettings
from chalicelib.desk.templates import Template
from chalicelib.desk.weekly import Weekly
from chalicelib.store import settings as store
from chalicelib.store.table import encode

# What each document is while nobody has edited it. These are all the documents there are.
DEFAULTS: dict[str, Any] = {
    "desk": msgspec.to_builtins(Desk()),
    "staff": msgspec.to_builtins(Team()),
    "calendars": DEFAULT_CALENDARS,
    "policies": policies_document(DEFAULT_POLICIES),
    "announcers": msgspec.to_builtins(Announcers()),
    "components": [],
    "templates": [],
    "announcements": msgspec.to_builtins(AnnouncementSettings()),
    "surveys": msgspec.to_builtins(SurveySettings()),
    "our_clients": msgspec.to_builtins(OurClients()),
    "weekly": msgspec.to_builtins(Weekly()),
    "companies": [],
    "directory": msgspec.to_builtins(Directory()),
}


def current() -> Settings:
    """As stored, at most a minute old."""
    stored = store.documents()
    read = _read(*(encode(stored[name].value if name in stored else DEFAULTS[name]) for name in DEFAULTS))
    return replace(read, policies_since=stored["policies"].changed_at) if "policies" in stored else read


@lru_cache(maxsize=2)
def _read(
    desk: str,
    staff: str,
    calendars: str,
    policies: str,
    announcers: str,
    components: str,
    templates: str,
    announcements: str,
    surveys: str,
    our_clients: str,
    weekly: str,
    companies: str,
    directory: str,
) -> Settings:
    """Documents were checked in full when they were stored."""
    known = read_calendars(msgspec.json.decode(calendars), checked_before=True)
    return Settings(
        desk=msgspec.json.decode(desk, type=Desk),
        team=msgspec.json.decode(staff, type=Team),
        calendars=known,
        policies=read_policies(msgspec.json.decode(policies), known),
        announcers=msgspec.json.decode(announcers, type=Announcers),
        components=tuple(msgspec.json.decode(components, type=list[str])),
        templates=tuple(msgspec.json.decode(templates, type=list[Template])),
        announcements=msgspec.json.decode(announcements, type=AnnouncementSettings),
        surveys=msgspec.json.decode(surveys, type=SurveySettings),
        our_clients=msgspec.json.decode(our_clients, type=OurClients),
        weekly=msgspec.json.decode(weekly, type=Weekly),
        companies=tuple(msgspec.json.decode(companies, type=list[Tie])),
        directory=msgspec.json.decode(directory, type=Directory),
    )
