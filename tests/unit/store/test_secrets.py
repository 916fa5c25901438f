"""Secrets are read together, kept for a while, and what is not there is not asked for with every send."""

import pytest

from chalicelib.store import secrets
from chalicelib.store.secrets import secret
from tests.unit.conftest import boto


def test_a_secret_that_is_not_there_is_looked_for_again_after_a_while(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    with pytest.raises(LookupError):
        secret("max_ca")
    boto("ssm").put_parameter(Name="/vipdesk/test/max_ca", Value="PEM", Type="SecureString")
    clock[0] += secrets.MISSING_SECONDS - 1
    with pytest.raises(LookupError):
        secret("max_ca")
    clock[0] += 2
    assert secret("max_ca") == "PEM"
