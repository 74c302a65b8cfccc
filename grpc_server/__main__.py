"""`python -m grpc_server`."""

from items_runtime.program import run_program

if __name__ == "__main__":
    run_program("grpc_server.main")
