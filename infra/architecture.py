"""Which processor the package is for. Some wheels are compiled, so the zip follows the stage."""

import platform

LOCAL_STAGE = "local"
AWS_ARCHITECTURE = "arm64"

LAMBDA_NAMES = {"x86_64": "x86_64", "amd64": "x86_64", "arm64": "arm64", "aarch64": "arm64"}


def architecture(stage: str) -> str:
    """Lambda's name of the processor: this machine's own for the local stage, arm64 (cheaper) on AWS."""
    if stage != LOCAL_STAGE:
        return AWS_ARCHITECTURE
    return LAMBDA_NAMES[platform.machine().lower()]
