"""How a command ends when it cannot do what it was asked to."""


class Failure(Exception):
    """Shown to the user as it is; *exit_code* is 2 if the command cannot even begin."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code
