"""One call of a method of VK's API, whatever it is for: its answer, or what the error means. https://dev.vk.com/ru/api/api-requests"""

import os
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import urllib3

from chalicelib.messengers import vk_errors
from chalicelib.messengers.adapter import Refused, RetryLater, Uncertain
from chalicelib.messengers.exchange import TIMEOUT, Answer, Json, exchange

VERSION = "5.199"


@dataclass(frozen=True)
class Response:
    """What VK calls ``response``: an object, a list or a number, by method."""

    value: Any


def call(
    token: str, method: str, parameters: Json, timeout: urllib3.Timeout = TIMEOUT
) -> Response | RetryLater | Refused | Uncertain:
    form = urlencode({**parameters, "access_token": token, "v": VERSION}, errors="replace").encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = exchange("POST", f"{api_url()}/method/{method}", form, headers, timeout=timeout)
    return _read(answer) if isinstance(answer, Answer) else answer


def api_url() -> str:
    return os.environ["VK_API_URL"]


def _read(answer: Answer) -> Response | RetryLater | Refused:
    if "response" in answer.body:
        return Response(answer.body["response"])
    if isinstance(error := answer.body.get("error"), dict):
        return vk_errors.meaning(error.get("error_code"), error.get("error_msg"))
    if answer.status == 429:
        return RetryLater(answer.retry_after or timedelta(seconds=1), "limited", limited=True)
    return RetryLater(answer.retry_after, "server_error")
