"""`python -m grpc_server.upkeep`."""

from hosting.program import run_program

if __name__ == "__main__":
    run_program("grpc_server.upkeep.main")
