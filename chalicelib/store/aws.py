"""AWS clients of this process: one botocore session, one client per service, opened on first use.

Time-outs are short because a messenger waits (PynamoDB's own defaults are 15 s and 30 s).
"""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

_CONFIG = Config(connect_timeout=1, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 4})


@cache
def session() -> Any:
    return botocore.session.get_session()


# Addresses that S3 presigns are still signed the way of 2006 in some regions, unless asked otherwise.
_OF_SERVICE = {"s3": Config(signature_version="s3v4")}


@cache
def client(service: str) -> Any:
    return session().create_client(service, config=_CONFIG.merge(_OF_SERVICE.get(service, Config())))
