"""`items grpc`: the gRPC server alone."""

import os

from items_cli.flags import GRPC, STORE, GrpcAddress, Store
from items_cli.module import become


def grpc(store: Store = STORE, grpc: GrpcAddress = GRPC) -> None:
    """Run the gRPC server alone, as `python -m grpc_server` does.

    It reads every other setting from its ITEMS_... variable.
    """
    os.environ["ITEMS_STORE"] = store  # not on the command line, where everybody reads passwords
    become("grpc_server", "--grpc", str(grpc))
