"""The entry of `items` and of `python -m items_cli`."""

from items_runtime.program import run_program


def run() -> None:
    """Run the program with the arguments of this process."""
    run_program("items_cli.main", "run")


if __name__ == "__main__":
    run()
