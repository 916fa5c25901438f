"""Placeholder until the use case is written in the next change."""


def publish() -> None: ...
