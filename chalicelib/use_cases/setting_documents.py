"""Settings documents are read and replaced whole. Called by the admin endpoint."""

import logging
from datetime import datetime
from typing import Any

from chalicelib.desk import setting_documents as rules
from chalicelib.desk.messages import Author
from chalicelib.desk.validation import FieldError, Invalid
from chalicelib.store import settings as store
from chalicelib.store.settings import Document
from chalicelib.store.table import NotFound, encode
from chalicelib.use_cases.settings import DEFAULTS

log = logging.getLogger(__name__)

LARGEST_BYTES = 150_000  # a version is written twice in one item each, and DynamoDB's items end at 400 KB


def document(name: str) -> Document:
    """As it is now, or its default, which is version 0.

    :raises NotFound: there is no such document.
    """
    if name not in DEFAULTS:
        raise NotFound(name, *DEFAULTS)
    try:
        return store.document(name)
    except NotFound:
        return Document(name, DEFAULTS[name])


def replace(now_is: Document, value: Any, by: Author, now: datetime) -> Document:
    """Make ``value`` the version after ``now_is``. Functions that run have it within a minute.

    :raises Invalid: naming every bad field.
    :raises Lost: somebody else was first.
    """
    if len(encode(value).encode()) > LARGEST_BYTES:
        raise Invalid([FieldError("", f"is larger than {LARGEST_BYTES} bytes")])
    rules.check(now_is.name, value, {name: document(name).value for name in DEFAULTS})
    replaced = Document(now_is.name, value, now_is.version + 1, now, by.name)
    store.replace_document(replaced)
    log.info("settings__replaced", extra={"document": now_is.name, "version": replaced.version})
    return replaced
