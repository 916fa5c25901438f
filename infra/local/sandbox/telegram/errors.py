"""Telegram's ways to say no. Raised by the methods, answered by the endpoint."""

from infra.local.sandbox.state import Json


class ApiError(Exception):
    """`is_violation`: a correct caller never hears this, as against what only time or other people bring about."""

    def __init__(
        self, code: int, description: str, *, parameters: Json | None = None, is_violation: bool = False
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters
        self.is_violation = is_violation

    def body(self) -> Json:
        answer: Json = {"ok": False, "error_code": self.code, "description": self.description}
        return answer | ({"parameters": self.parameters} if self.parameters else {})


def wrong(what: str) -> ApiError:
    """400 for what the caller could have known to be wrong."""
    return ApiError(400, f"Bad Request: {what}", is_violation=True)


def refused(what: str) -> ApiError:
    """400 for what depends on the state of the world: already so, gone, too late."""
    return ApiError(400, f"Bad Request: {what}")


def forbidden(what: str) -> ApiError:
    return ApiError(403, f"Forbidden: {what}")


def too_many_requests(retry_after_seconds: int) -> ApiError:
    return ApiError(
        429,
        f"Too Many Requests: retry after {retry_after_seconds}",
        parameters={"retry_after": retry_after_seconds},
    )


UNAUTHORIZED = ApiError(401, "Unauthorized", is_violation=True)
NOT_FOUND = ApiError(404, "Not Found")
