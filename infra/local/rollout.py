"""Brings a package into the embedded AWS by the cheapest way that is right: nothing, the code only, or CloudFormation.

Used at start and by ``make reload``. What is deployed is noted inside the embedded AWS, so that the note is saved, lost
and thrown away together with what it describes.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from infra import stacks
from infra.deploy import Deployment
from infra.package import Package

NOTE = "/vipdesk-deployed/local"
"""An SSM parameter outside the path that functions may read."""


def roll_out(deployment: Deployment, made: Package, parameters: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Answers the stack's outputs and, for people, what was done."""
    ssm = deployment.client("ssm")
    wanted = {
        "template": hashlib.sha256(made.template_path.read_bytes()).hexdigest(),
        "parameters": dict(parameters),
        "code": made.code_hash,
    }
    present = _read(ssm)
    if present == wanted:
        return _outputs(deployment), "unchanged"
    if {**present, "code": made.code_hash} == wanted:
        deployment.update_code(made)
        outputs, done = _outputs(deployment), "code only"
    else:
        outputs, done = deployment.apply(made, parameters), "whole template"
    ssm.put_parameter(Name=NOTE, Type="String", Value=json.dumps(wanted), Overwrite=True)
    return outputs, done


def deployed_parameters(deployment: Deployment) -> dict[str, str]:
    """The template's parameters as the running stack has them."""
    return dict(_read(deployment.client("ssm")).get("parameters", {}))


def _read(ssm: Any) -> dict[str, Any]:
    try:
        return dict(json.loads(ssm.get_parameter(Name=NOTE)["Parameter"]["Value"]))
    except ssm.exceptions.ParameterNotFound:
        return {}


def _outputs(deployment: Deployment) -> dict[str, str]:
    return stacks.outputs(deployment.client("cloudformation"), deployment.stack_name)
