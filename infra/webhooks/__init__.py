"""Tells messengers where to bring their updates, and asks them how it goes. A sixth messenger is one module and one row here.

``infra.deploy`` and the local stack call ``connecting.connect``; ``python -m infra.webhooks --stage …`` shows the health of
what is registered.
"""

from collections.abc import Mapping

from infra.webhooks import max_messenger, telegram, viber, vk, whatsapp
from infra.webhooks.registration import Messenger

MESSENGERS: dict[str, Messenger] = {
    "telegram": telegram.MESSENGER,
    "whatsapp": whatsapp.MESSENGER,
    "vk": vk.MESSENGER,
    "viber": viber.MESSENGER,
    "max": max_messenger.MESSENGER,
}


def given_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """The secrets that somebody gave by variables of the environment, by their names in SSM."""
    variables = {secret: name for row in MESSENGERS.values() for secret, name in row.variables.items()}
    return {secret: environment[name] for secret, name in variables.items() if environment.get(name)}
