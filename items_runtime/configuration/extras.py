"""The optional parts of the distribution, and the command that installs one."""

DISTRIBUTION = "item-service"


class MissingExtra(Exception):
    """A part that the settings ask for is not installed; the message says how to install it."""

    def __init__(self, need: str, extra: str) -> None:
        super().__init__(f"{need} is not installed; run: {install(extra)}")


def install(extra: str) -> str:
    """Return the command that installs *extra*, quoted: zsh and fish read brackets as a pattern."""
    return f"pip install '{DISTRIBUTION}[{extra}]'"
