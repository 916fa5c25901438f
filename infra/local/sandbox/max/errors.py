"""MAX's ways to say no. Used by endpoint.py and uploads.py."""


class ApiError(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def wrong(message: str) -> ApiError:
    return ApiError(400, "proto.payload", message)
