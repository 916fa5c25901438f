"""The messenger sandbox: plays the messengers' side of the HTTP, for people and for tests.

`python -m infra.local.sandbox` starts it alone; infra/local starts it with the stack; tests use `running_sandbox`.
Nothing of it ships to Lambda.
"""

from infra.local.sandbox.config import Config, demo_config, read_config
from infra.local.sandbox.running import RunningSandbox, running_sandbox
from infra.local.sandbox.server import make_app

__all__ = ["Config", "RunningSandbox", "demo_config", "make_app", "read_config", "running_sandbox"]
