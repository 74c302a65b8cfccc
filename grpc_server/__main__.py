"""`python -m grpc_server`."""

from grpc_server.main import main

main()
