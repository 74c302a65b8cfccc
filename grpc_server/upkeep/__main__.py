"""`python -m grpc_server.upkeep`."""

from grpc_server.upkeep.main import main

main()
