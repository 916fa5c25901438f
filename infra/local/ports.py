"""The three ports of the local stack, taken from the environment; a busy one is reported before anything starts."""

import os
import socket
from dataclasses import dataclass
from typing import ClassVar

from infra.trouble import Trouble

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """Front door, messenger sandbox, embedded AWS."""

    front: int
    sandbox: int
    aws: int

    VARIABLES: ClassVar = {"front": "PORT", "sandbox": "SANDBOX_PORT", "aws": "AWS_PORT"}

    @classmethod
    def from_environment(cls) -> "Ports":
        def port(variable: str, default: int) -> int:
            value = os.environ.get(variable) or str(default)
            if not value.isdigit() or not 0 < int(value) < 65536:
                raise Trouble(f"{variable}={value} is not a port.", f"Give a number below 65536, such as {default}.")
            return int(value)

        return cls(port("PORT", 8080), port("SANDBOX_PORT", 8081), port("AWS_PORT", 8082))

    @classmethod
    def free(cls) -> "Ports":
        """Three ports nobody listens on now."""
        sockets = [socket.create_server((HOST, 0)) for _ in range(3)]
        numbers = [listening.getsockname()[1] for listening in sockets]
        for listening in sockets:
            listening.close()
        return cls(*numbers)

    def require_free(self) -> None:
        numbers = [getattr(self, name) for name in self.VARIABLES]
        if len(set(numbers)) < len(numbers):
            variables = ", ".join(self.VARIABLES.values())
            raise Trouble("Two of the ports are the same.", f"Give each a number of its own: {variables}")
        for name, variable in self.VARIABLES.items():
            number = getattr(self, name)
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, number))
                except OSError as error:
                    raise Trouble(
                        f"Port {number} is busy ({error.strerror}).",
                        f"`lsof -i :{number}` or `ss -ltnp` shows who listens there; stop it, or choose another: "
                        f"{variable}={number + 1000} make run",
                    ) from error
