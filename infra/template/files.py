"""Where files of conversations lie: a private bucket that forgets them by itself."""

from typing import Any

from chalicelib.store.files import KEPT_FOR
from infra.template.status_site import private_bucket

BUCKET_ID = "FilesBucket"


def resources() -> dict[str, Any]:
    bucket = private_bucket("files")
    bucket["Properties"]["LifecycleConfiguration"] = {
        "Rules": [
            {
                "Id": "forget",
                "Status": "Enabled",
                "ExpirationInDays": KEPT_FOR.days,
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
            }
        ]
    }
    return {BUCKET_ID: bucket}
