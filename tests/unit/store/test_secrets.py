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


def test_refused_callers_make_secrets_be_read_afresh_but_not_all_the_time(
    aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: clock[0])
    secret("telegram_token")
    boto("ssm").put_parameter(Name="/vipdesk/test/telegram_token", Value="new", Type="SecureString", Overwrite=True)
    assert not secrets.doubt()
    assert secret("telegram_token") != "new"
    clock[0] += secrets.MISSING_SECONDS + 1
    assert secrets.doubt()
    assert secret("telegram_token") == "new"
