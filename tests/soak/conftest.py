"""AWS in memory, as the unit tests have it."""

from tests.unit.conftest import aws as aws
