"""`python -m items_cli` is `items`."""

from items_cli.main import run

if __name__ == "__main__":
    run()
