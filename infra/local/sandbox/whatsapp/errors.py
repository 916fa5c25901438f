"""Meta's ways to say no: codes, HTTP statuses and shapes. Raised by the checks, answered by the endpoint, put into statuses.

https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

import uuid

from infra.local.sandbox.state import Json

TITLES = {
    2: "Service temporarily unavailable",
    100: "Invalid parameter",
    190: "Invalid OAuth access token - Cannot parse access token",
    2200: "Callback verification failed",
    130429: "Rate limit hit",
    131000: "Something went wrong",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131031: "Account has been locked",
    131042: "Business eligibility payment issue",
    131047: "Re-engagement message",
    131049: "This message was not delivered to maintain healthy ecosystem engagement",
    131050: "Unable to deliver the message. This recipient has chosen to stop receiving marketing messages",
    131051: "Unsupported message type",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    132000: "Template Param Count Mismatch",
    132001: "Template name does not exist in the translation",
    132005: "Template Hydrated Text Too Long",
    132012: "Template Parameter Format Mismatch",
    132015: "Template is Paused",
    132016: "Template is Disabled",
    132018: "Template Parameter Value Not Valid",
}
WINDOW_CLOSED = (
    "Message failed to send because more than 24 hours have passed since the customer last replied to this number."
)
UNDELIVERABLE = "Message undeliverable."
HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"


class GraphError(Exception):
    """`is_violation`: a correct caller never hears this, as against what only time or other people bring about."""

    def __init__(self, code: int, details: str = "", *, status: int = 400, is_violation: bool = False) -> None:
        super().__init__(f"(#{code}) {details or title(code)}")
        self.code = code
        self.details = details
        self.status = status
        self.is_violation = is_violation

    def body(self) -> Json:
        error: Json = {"message": f"(#{self.code}) {title(self.code)}", "type": "OAuthException", "code": self.code}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        return {"error": error | {"fbtrace_id": f"A{uuid.uuid4().hex[:22]}"}}


def wrong(details: str, code: int = 100) -> GraphError:
    """What the caller could have known to be wrong."""
    return GraphError(code, details, is_violation=True)


def title(code: int) -> str:
    return TITLES.get(code, "Unknown error")


def in_status(code: int, details: str) -> Json:
    """The error as a status carries it."""
    return {
        "code": code,
        "title": title(code),
        "message": title(code),
        "error_data": {"details": details or title(code)},
        "href": HREF,
    }
