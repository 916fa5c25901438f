"""``make reload``: the edited code, packaged and running in the local stack that is up."""

import time

from infra.architecture import LOCAL_STAGE
from infra.local import rollout, times
from infra.local.running import RunningStack
from infra.local.stack import PACKAGE, local_deployment, point_front_door
from infra.package import package
from infra.paths import LOCAL
from infra.trouble import run_command


def main() -> None:
    started = time.monotonic()
    stack = RunningStack.read(LOCAL)
    deployment = local_deployment(stack.aws_endpoint_url)
    parameters = rollout.deployed_parameters(deployment)
    outputs, done = rollout.roll_out(deployment, package(LOCAL_STAGE, PACKAGE), parameters)
    point_front_door(LOCAL, stack.aws_endpoint_url, outputs)
    seconds = time.monotonic() - started
    first = times.first_start_seconds(LOCAL)
    print(f"Reloaded ({done}) in {seconds:.1f} s; the first start took {first:.1f} s.")


if __name__ == "__main__":
    run_command(main)
