"""The CloudFormation template: what Chalice says about the functions, completed with everything Chalice cannot say.

``infra.package`` calls `complete`. Each module here owns one kind of resource and reads as a table of what exists:
``tables``, ``queues``, ``topics``, ``functions`` (with ``grants``: what each may do; ``roles_and_triggers`` makes them),
``status_site``, ``files``, ``alarms``.
"""

from typing import Any

from infra.template import (
    alarms,
    files,
    functions,
    parameters,
    queues,
    roles_and_triggers,
    status_site,
    tables,
    topics,
)

Json = dict[str, Any]


def complete(packaged: Json, *, stage: str, architecture: str) -> Json:
    """The template to deploy, from the one ``chalice package`` wrote.

    ``stage`` becomes the default of parameter ``Stage``; ``architecture`` is that of the compiled wheels in the zip.
    Raises `roles_and_triggers.UnknownFunctionError` when a handler was added without saying here what it needs.
    """
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Transform": "AWS::Serverless-2016-10-31",
        "Description": "Vipdesk: a support desk that lives in messengers",
        "Parameters": parameters.parameters(stage),
        "Conditions": parameters.CONDITIONS,
        "Resources": {
            **tables.resources(),
            **queues.resources(),
            **topics.resources(),
            **status_site.resources(),
            **files.resources(),
            **roles_and_triggers.resources(packaged, architecture),
            **alarms.resources(),
        },
        "Outputs": {**functions.OUTPUTS, **status_site.OUTPUTS, **alarms.OUTPUTS},
    }
