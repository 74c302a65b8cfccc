"""`python -m store_tools`."""

from items_runtime.program import run_program

if __name__ == "__main__":
    run_program("store_tools.main")
