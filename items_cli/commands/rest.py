"""`items rest`: run the REST facade alone."""

from items_cli.flags import GRPC, HTTP, HttpAddress, Upstream
from items_cli.processes.logs import LogLevel, log_at
from items_cli.processes.parts import become


def rest(
    upstream: Upstream = str(GRPC), http: HttpAddress = HTTP, log_level: LogLevel = None
) -> None:
    """Run the REST facade alone, in front of a gRPC server.

    It starts without the gRPC server, and answers 503 until that serves. Every other setting
    is read from its ITEMS_... variable; `python -m rest_facade --help` lists them.
    Exit codes: 0 stopped, 1 it could not serve, 2 a setting is wrong.
    """
    log_at(log_level)
    become("rest_facade", "--upstream", upstream, "--http", str(http))
