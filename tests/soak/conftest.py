"""AWS in memory, as the unit tests have it."""

from tests.unit.conftest import aws as aws
from tests.unit.conftest import messengers_set_up as messengers_set_up
