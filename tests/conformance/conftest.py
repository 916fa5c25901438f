"""The desk with AWS in memory, as the unit tests have it, for what is tried from the webhook to the admin endpoint."""

import tests.unit.conftest as memory  # first: it names the tables before anything of ours is imported
from tests.unit.admin.conftest import api

aws = memory.aws
messengers_set_up = memory.messengers_set_up

__all__ = ["api", "aws", "messengers_set_up"]
