"""``make deploy STAGE=…``: package, upload, CloudFormation, secrets, webhooks. The local stack uses the same.

Works against whatever boto3 is pointed at: AWS, or the embedded AWS by ``AWS_ENDPOINT_URL``.
"""

import argparse
import copy
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra import secret_store, stacks
from infra.package import Package, package
from infra.paths import OUT
from infra.stacks import Show
from infra.template.functions import CODE, FUNCTIONS
from infra.template.parameters import MESSENGER_API_URLS
from infra.trouble import Trouble, run_command
from infra.webhooks import connecting, given_secrets

PARAMETERS_FROM_ENVIRONMENT = {
    "AlarmEmail": "ALARM_EMAIL",
    "MemorySize": "MEMORY_SIZE",
    "LogLevel": "LOG_LEVEL",
    "LogRetentionDays": "LOG_RETENTION_DAYS",
    "WithCdn": "WITH_CDN",
    "ProtectData": "PROTECT_DATA",
    **{f"{messenger}ApiUrl": f"{messenger.upper()}_API_URL" for messenger in MESSENGER_API_URLS},
}
"""Template parameter → environment variable that sets it for ``make deploy``. Unset: as it was, or the default."""


@dataclass(frozen=True)
class Deployment:
    """One stage in one account and region, as the boto3 session sees them."""

    stage: str
    session: boto3.Session = field(default_factory=boto3.Session)
    endpoint_url: str | None = None
    show: Show = print
    poll_seconds: float = stacks.POLL_SECONDS

    @property
    def stack_name(self) -> str:
        return f"vipdesk-{self.stage}"

    def client(self, service: str) -> Any:
        return self.session.client(service, endpoint_url=self.endpoint_url)

    def apply(self, made: Package, parameters: Mapping[str, str]) -> dict[str, str]:
        """Upload the package and bring the stack to it. Answers the stack's outputs."""
        s3 = self.client("s3")
        bucket = self._artifacts_bucket(s3)
        code_key = self.upload_code(made, bucket)
        deployed = copy.deepcopy(made.template)
        for function_id in FUNCTIONS:
            properties = deployed["Resources"][function_id]["Properties"]
            if properties["CodeUri"] != CODE:
                raise ValueError(f"{function_id} is not made from {CODE}")
            properties["CodeUri"] = {"Bucket": bucket, "Key": code_key}
        template_key = f"{self.stage}/{made.code_hash[:16]}.template.json"
        s3.put_object(Bucket=bucket, Key=template_key, Body=stacks.serialise(deployed))
        return stacks.apply(
            self.client("cloudformation"),
            self.stack_name,
            f"{s3.meta.endpoint_url}/{bucket}/{template_key}",
            {"Stage": self.stage, **parameters},
            known_parameters=made.template["Parameters"],
            tags={"application": "vipdesk", "stage": self.stage},
            show=self.show,
            poll_seconds=self.poll_seconds,
        )

    def upload_code(self, made: Package, bucket: str | None = None) -> str:
        """Put the zip into the artifacts bucket under a name made of its content. Answers that name."""
        s3 = self.client("s3")
        key = f"{self.stage}/{made.code_hash}.zip"
        s3.upload_file(str(made.zip_path), bucket or self._artifacts_bucket(s3), key)
        return key

    def update_code(self, made: Package) -> None:
        """Replace only the functions' code, in seconds: right when the template has not changed."""
        functions = self.client("lambda")
        bucket = self._artifacts_bucket(self.client("s3"))
        key = self.upload_code(made, bucket)
        for function in FUNCTIONS.values():
            name = f"{self.stack_name}-{function.name}"
            functions.update_function_code(FunctionName=name, S3Bucket=bucket, S3Key=key)

    def publish_status_page(self) -> None:
        """Have the status page written, so that it is there before the first announcement. Does not wait for it."""
        nothing_new: dict[str, Any] = {
            "Type": "Notification",
            "Subject": None,
            "Message": "{}",
            "MessageAttributes": {},
        }
        self.client("lambda").invoke(
            FunctionName=f"{self.stack_name}-{FUNCTIONS['StatusPage'].name}",
            InvocationType="Event",
            Payload=json.dumps({"Records": [{"EventSource": "aws:sns", "Sns": nothing_new}]}).encode(),
        )

    def _artifacts_bucket(self, s3: Any) -> str:
        account = self.client("sts").get_caller_identity()["Account"]
        region = s3.meta.region_name
        bucket = f"vipdesk-artifacts-{account}-{region}"
        try:
            s3.head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("404", "NoSuchBucket"):
                raise
            # us-east-1 is the one region that must not be named.
            where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
            s3.create_bucket(Bucket=bucket, **where)
            s3.put_public_access_block(
                Bucket=bucket,
                PublicAccessBlockConfiguration=dict.fromkeys(
                    ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
                ),
            )
        return bucket


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--stage", required=True)
    stage = arguments.parse_args().stage
    deployment = Deployment(stage, endpoint_url=os.environ.get("AWS_ENDPOINT_URL"))
    print(f"packaging for stage {stage}")
    made = package(stage, OUT)
    print(f"deploying {deployment.stack_name}")
    parameters = {
        name: os.environ[variable] for name, variable in PARAMETERS_FROM_ENVIRONMENT.items() if variable in os.environ
    }
    try:
        outputs = deployment.apply(made, parameters)
        secrets = secret_store.write(
            deployment.client("ssm"),
            stage,
            given=given_secrets(os.environ),
            addresses={
                "public_url": os.environ.get("PUBLIC_URL") or outputs["ApiUrl"],
                "status_url": os.environ.get("STATUS_URL") or outputs.get("StatusUrl", ""),
            },
        )
        deployment.publish_status_page()
    except (BotoCoreError, ClientError) as error:
        raise Trouble(
            f"AWS refused: {error}",
            "Set AWS_PROFILE (or AWS_ACCESS_KEY_ID …) and AWS_DEFAULT_REGION to where you may deploy.",
        ) from error
    print(f"  API     {secrets['public_url']}\n  status  {secrets.get('status_url', 'not served (WithCdn=false)')}")
    connecting.connect(connecting.Stage(stage, deployment.client("ssm"), connecting.api_urls(os.environ)), print)


if __name__ == "__main__":
    run_command(main)
