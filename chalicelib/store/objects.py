"""S3: the static objects of the status site, served through CloudFront."""

from chalicelib.store.aws import client
from chalicelib.store.environment import environment


def put(key: str, content: str, *, media_type: str, cached_seconds: int) -> None:
    """Write an object whole. Whoever reads gets the old one or the new one, never half of it."""
    client("s3").put_object(
        Bucket=environment().status_bucket,
        Key=key,
        Body=content.encode(),
        ContentType=f"{media_type}; charset=utf-8",
        CacheControl=f"public, max-age={cached_seconds}",
    )
