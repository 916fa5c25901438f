"""``python -m infra.webhooks --stage …``: how the messengers see our webhooks."""

import argparse
import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra import secret_store
from infra.trouble import Trouble, run_command
from infra.webhooks import connecting


def main() -> None:
    arguments = argparse.ArgumentParser(description="How the messengers see our webhooks")
    arguments.add_argument("--stage", default="dev")
    name = arguments.parse_args().stage
    try:
        stage = connecting.Stage(name, boto3.client("ssm"), connecting.api_urls(os.environ))
        known = secret_store.read(stage.ssm, name)
    except (BotoCoreError, ClientError) as error:
        raise Trouble(
            f"AWS cannot be asked: {error}", "Set AWS_PROFILE (or AWS_ACCESS_KEY_ID …) and AWS_DEFAULT_REGION."
        ) from error
    if "public_url" not in known:
        raise Trouble(f"There is no stage {name} here.", f"make deploy STAGE={name}")
    connecting.examine(stage, print)


if __name__ == "__main__":
    run_command(main)
