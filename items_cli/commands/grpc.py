"""`items grpc`: the gRPC server alone."""

from items_cli.flags import GRPC, STORE, GrpcAddress, Store
from items_cli.module import become


def grpc(store: Store = STORE, grpc: GrpcAddress = GRPC) -> None:
    """Run the gRPC server alone, as `python -m grpc_server` does.

    It reads every other setting from its ITEMS_... variable.
    """
    become("grpc_server", "--store", store, "--grpc", str(grpc))
