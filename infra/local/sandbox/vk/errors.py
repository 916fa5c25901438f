"""VK's ways to say no: HTTP 200 and an ``error``. https://dev.vk.com/ru/reference/errors"""

from collections.abc import Mapping

from infra.local.sandbox.state import Json


class ApiError(Exception):
    """`is_violation`: a correct caller never hears this, as against what only time or other people bring about."""

    def __init__(self, code: int, words: str, *, is_violation: bool = False) -> None:
        super().__init__(words)
        self.code = code
        self.words = words
        self.is_violation = is_violation

    def body(self, parameters: Mapping[str, str]) -> Json:
        """VK repeats what it was asked, the token excepted."""
        asked = [{"key": name, "value": value} for name, value in parameters.items() if name != "access_token"]
        return {"error": {"error_code": self.code, "error_msg": self.words, "request_params": asked}}


def wrong(what: str) -> ApiError:
    """100 for what the caller could have known to be wrong."""
    return ApiError(100, f"One of the parameters specified was missing or invalid: {what}", is_violation=True)


NO_TOKEN = ApiError(5, "User authorization failed: no access_token passed.", is_violation=True)
BAD_TOKEN = ApiError(5, "User authorization failed: invalid access_token (4).", is_violation=True)
NO_VERSION = ApiError(8, "Invalid request: v (version) is required", is_violation=True)
UNKNOWN_METHOD = ApiError(3, "Unknown method passed", is_violation=True)
TOO_MANY = ApiError(6, "Too many requests per second")
NOT_ALLOWED = ApiError(901, "Can't send messages for users without permission")
EDIT_EXPIRED = ApiError(909, "Can't edit this message, because it's too old")
BAD_KEYBOARD = "Keyboard format is invalid"
TOO_LONG = ApiError(914, "Message is too long", is_violation=True)
NO_ACCESS = ApiError(917, "You don't have access to this chat")
BAD_REACTION = ApiError(1009, "Unknown reaction passed", is_violation=True)
