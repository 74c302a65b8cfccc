"""The code that a call has ended with."""

import grpc

from grpc_server.serving.interceptors.chain import Context


def code_of(context: Context) -> str:
    """The name of the code of a call that was aborted, or its number if it has none."""
    code: grpc.StatusCode | int = context.code()
    return code.name if isinstance(code, grpc.StatusCode) else str(code)
