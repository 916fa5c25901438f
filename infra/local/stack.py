"""The local stack: starts everything in order, and stops it in order with its state saved.

``make run`` (``infra.local.run``) and the tests' fixture ``stack`` use `LocalStack`.
"""

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from infra import secret_store
from infra.architecture import LOCAL_STAGE
from infra.deploy import Deployment
from infra.local import demo_messengers, emulator, rollout, seed
from infra.local.own_bot import OwnBot
from infra.local.ports import HOST, Ports
from infra.local.processes import Process
from infra.local.running import FACTS_FILE, RunningStack, session
from infra.package import Package, package
from infra.paths import LOCAL, ROOT
from infra.template.functions import API_STAGE
from infra.template.parameters import MESSENGER_API_URLS
from infra.trouble import Trouble
from infra.webhooks import MESSENGERS, connecting

PACKAGE = LOCAL / "package"
DELIVERERS = 4  # in each messenger; on AWS 25; here each is a process
Say = Callable[[str], None]


class LocalStack:
    """``with LocalStack(directory, Ports.free()) as stack: …`` gives a `RunningStack`."""

    def __init__(
        self,
        directory: Path,
        ports: Ports,
        say: Say = print,
        on_process: Callable[[list[int]], None] = lambda _: None,
        limits_speed: float = 1,
        own_bot: OwnBot | None = None,
        groups: int = 1,
    ) -> None:
        """``limits_speed``: of our own token buckets; the sandbox's clock is set by ``POST /limits``. With a bot of one's own
        Telegram is the real one; each bot has a state of its own. ``groups``: how many forums the sandbox has."""
        self.directory = directory
        self.state = directory / (f"state-{own_bot.id}" if own_bot else "state")
        self.ports = ports
        self._say = say
        self._limits_speed = limits_speed
        self._on_process = on_process
        self._own_bot = own_bot
        self._groups = groups
        self._processes: list[Process] = []
        self._worth_keeping = True

    def start(self) -> RunningStack:
        """Everything up to a stack that is ready and has said so in ``stack.json``. Raises `Trouble`, stopping all."""
        self.ports.require_free()
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """No new messages, then the embedded AWS with its functions, then the messengers they were talking to."""
        (self.directory / FACTS_FILE).unlink(missing_ok=True)
        by_name = {process.name: process for process in self._processes}
        for name in ("polling", "front door", "the embedded AWS", "messenger sandbox"):
            if process := by_name.get(name):
                process.stop()
        self._processes.clear()
        shutil.rmtree(self.directory / "tmp", ignore_errors=True)
        if not self._worth_keeping:
            shutil.rmtree(self.state, ignore_errors=True)

    def __enter__(self) -> RunningStack:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def processes(self) -> tuple[Process, ...]:
        return tuple(self._processes)

    def _start(self) -> RunningStack:
        self.state.mkdir(parents=True, exist_ok=True)
        (self.directory / FACTS_FILE).unlink(missing_ok=True)
        if self._own_bot:
            with self._step("Telegram, the real one") as note:
                note.append(self._own_bot.introduced())
        with self._step("embedded AWS"):
            emulator.install()
            self._started(emulator.process(self.ports.aws, self.directory, self.state))
            self._processes[-1].wait_until_it_answers(emulator.ready_url(self.ports.aws))
        with self._step("messenger sandbox"):
            self._start_sandbox()
        with self._step("package"):
            made = package(LOCAL_STAGE, PACKAGE)
        with self._step("deployment") as note:
            outputs = self._deploy(made, note)
        with self._step("front door"):
            self._start_front_door(outputs)
        with self._step("webhooks and demo data"):
            stack = self._introduce()
        stack.write()
        if self._own_bot:
            self._start_polling(self._own_bot, stack)
        return stack

    def _started(self, process: Process) -> None:
        self._processes.append(process)
        self._on_process([started.pid for started in self._processes])

    @property
    def _aws_url(self) -> str:
        return f"http://{HOST}:{self.ports.aws}"

    @property
    def _sandbox_url(self) -> str:
        return f"http://{HOST}:{self.ports.sandbox}"

    @property
    def _front_url(self) -> str:
        return f"http://{HOST}:{self.ports.front}"

    @property
    def _api_urls(self) -> dict[str, str]:
        played = {name: f"{self._sandbox_url}/{name}" for name in MESSENGERS}
        return played | ({"telegram": self._own_bot.api_url} if self._own_bot else {})

    def _start_sandbox(self) -> None:
        config = self.directory / "sandbox.json"
        config.write_text(json.dumps(seed.sandbox_config(self.ports.sandbox, self.state, self._groups), indent=2))
        self._start_our_own("messenger sandbox", "infra.local.sandbox", "--config", str(config), url=self._sandbox_url)

    def _start_front_door(self, outputs: dict[str, str]) -> None:
        self._start_our_own(
            "front door",
            "infra.local.front_door",
            *("--port", str(self.ports.front)),
            *("--api", str(point_front_door(self.directory, self._aws_url, outputs))),
            *("--bucket", outputs["StatusBucket"]),
            *("--aws", self._aws_url),
            url=f"{self._front_url}/-/ready",
        )

    def _start_polling(self, bot: OwnBot, stack: RunningStack) -> None:
        """What it says is for whoever sits at the terminal; what is secret is not for the list of processes."""
        secret = {
            "TELEGRAM_TOKEN": bot.token,
            "WEBHOOK_SECRET": stack.webhook_secrets["telegram"],
            "ADMIN_TOKEN": stack.admin_token,
        }
        command = [sys.executable, "-m", "infra.local.polling", "--desk", stack.api_url, "--telegram", bot.api_url]
        log = self.directory / "logs" / "polling.log"
        self._started(Process("polling", command, cwd=ROOT, env={**os.environ, **secret}, log=log, is_heard=True))

    def _start_our_own(self, name: str, module: str, *arguments: str, url: str) -> None:
        log = self.directory / "logs" / f"{module.rsplit('.', 1)[-1]}.log"
        command = [sys.executable, "-m", module, *arguments]
        process = Process(name, command, cwd=ROOT, env=os.environ, log=log)
        self._started(process)
        process.wait_until_it_answers(url)

    def _deploy(self, made: Package, note: list[str]) -> dict[str, str]:
        deployment = local_deployment(self._aws_url)
        parameters = {
            "Stage": LOCAL_STAGE,
            "ProtectData": "false",
            "WithCdn": "false",
            "LimitsSpeed": str(self._limits_speed),
            "DeliverersAtOnce": str(DELIVERERS),
            **{f"{name}ApiUrl": self._api_urls[name.lower()] for name in MESSENGER_API_URLS},
        }
        try:
            outputs, done = rollout.roll_out(deployment, made, parameters)
        except Trouble:
            # The embedded AWS cannot go on from a creation that failed, and there are no tickets yet: begin anew.
            self._worth_keeping = bool(rollout.deployed_parameters(deployment))
            raise
        note.append(done)
        return outputs

    def _introduce(self) -> RunningStack:
        """Secrets to the functions, our address to the messengers, the demo's people to the desk."""
        deployment, own = local_deployment(self._aws_url), self._own_bot
        secrets = secret_store.write(
            deployment.client("ssm"),
            LOCAL_STAGE,
            given={"telegram_token": own.token if own else seed.TELEGRAM_TOKEN, **demo_messengers.SECRETS},
            addresses={"public_url": self._front_url, "status_url": f"{self._front_url}/status"},
        )
        quiet: list[str] = []
        stage = connecting.Stage(LOCAL_STAGE, deployment.client("ssm"), self._api_urls)
        played = tuple(name for name in MESSENGERS if name != "telegram" or own is None)
        connecting.connect(stage, quiet.append, played)
        tokens = seed.tokens(self.state)
        stack = RunningStack(
            api_url=self._front_url,
            sandbox_url=self._sandbox_url,
            aws_endpoint_url=self._aws_url,
            region=emulator.REGION,
            admin_token=tokens.admin,
            webhook_secrets={
                "telegram": secrets["telegram_webhook_secret"],
                **{name: demo_messengers.SECRETS[name] for name in demo_messengers.WEBHOOK_SECRETS},
            },
            accounts={"telegram": own.id if own else str(seed.BOT["id"]), **demo_messengers.ACCOUNTS},
            telegram={f"{name}_chat_id": chat_id for name, chat_id in (own.chats if own else seed.CHAT_IDS).items()},
            staff=() if own else seed.STAFF,
            approver_token=tokens.approver,
            status_url=f"{self._front_url}/status",
            directory=self.directory,
        )
        seed.seed(stack, self.state, own)
        deployment.publish_status_page()
        return stack

    @contextmanager
    def _step(self, name: str) -> Iterator[list[str]]:
        """Say what is being done and how long it took; what the step adds to the list is said too."""
        started, note = time.monotonic(), list[str]()
        yield note
        self._say(f"  {name:<24}{time.monotonic() - started:5.1f} s  {' '.join(note)}".rstrip())


def local_deployment(aws_endpoint_url: str) -> Deployment:
    return Deployment(LOCAL_STAGE, session(), aws_endpoint_url, show=lambda _: None, poll_seconds=0.1)


def point_front_door(directory: Path, aws_endpoint_url: str, outputs: Mapping[str, str]) -> Path:
    """Say where the deployed API is; the file that does. The embedded AWS gives an API another id with each new route."""
    path = directory / "api.txt"
    path.write_text(f"{aws_endpoint_url}/restapis/{outputs['ApiId']}/{API_STAGE}/_user_request_")
    return path
