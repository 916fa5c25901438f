"""What all HTTP handlers share: the bytes of a request as they came."""

from chalice.app import Request


def raw_body(request: Request) -> bytes:
    """Exactly the bytes that were posted: signatures are made over them."""
    body = request.raw_body
    return body.encode() if isinstance(body, str) else body
