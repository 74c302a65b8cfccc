"""`items rest`: the REST facade alone."""

from items_cli.flags import GRPC, HTTP, HttpAddress, Upstream
from items_cli.module import become


def rest(upstream: Upstream = str(GRPC), http: HttpAddress = HTTP) -> None:
    """Run the REST facade alone, as `python -m rest_facade` does.

    It serves before the gRPC server does; until then it answers 503. It reads every
    other setting from its ITEMS_... variable.
    """
    become("rest_facade", "--upstream", upstream, "--http", str(http))
