"""Server reflection: clients such as buf curl and grpcurl learn the contract from the server.

It is served as `grpc.reflection.v1` and as `grpc.reflection.v1alpha`, which differ in their
names alone; grpcio-reflection has the second only. Both know the types of `google.rpc`
that the details of errors are of, so that clients can print them.
"""

from collections.abc import Iterable
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, text_format
from google.rpc import error_details_pb2
from grpc import aio
from grpc_reflection.v1alpha import reflection, reflection_pb2, reflection_pb2_grpc

V1 = "grpc.reflection.v1.ServerReflection"
V1ALPHA: str = reflection.SERVICE_NAME

DETAILS = error_details_pb2.DESCRIPTOR
"""Importing it is what makes the types of details known to the pool."""

_METHOD = "ServerReflectionInfo"


def add_reflection(services: Iterable[str], server: aio.Server) -> None:
    """Serve the descriptions of *services*, and of reflection itself, on *server*."""
    pool = descriptor_pool.Default()
    _add_v1_file(pool)
    servicer = reflection.aio.ReflectionServicer((*services, V1, V1ALPHA), pool=pool)
    reflection_pb2_grpc.add_ServerReflectionServicer_to_server(servicer, server)
    handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {}
    handlers[_METHOD] = grpc.stream_stream_rpc_method_handler(
        servicer.ServerReflectionInfo,
        request_deserializer=reflection_pb2.ServerReflectionRequest.FromString,
        response_serializer=reflection_pb2.ServerReflectionResponse.SerializeToString,
    )
    # As generated code does: both, of which an engine takes what it knows.
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(V1, handlers),))
    server.add_registered_method_handlers(V1, handlers)


def _add_v1_file(pool: descriptor_pool.DescriptorPool) -> None:
    """Make v1 known to *pool*: the file of v1alpha under the names of v1."""
    file = descriptor_pb2.FileDescriptorProto()
    reflection_pb2.DESCRIPTOR.CopyToProto(file)
    text = text_format.MessageToString(file)
    for separator in "./":
        text = text.replace(f"reflection{separator}v1alpha", f"reflection{separator}v1")
    renamed = text_format.Parse(text, descriptor_pb2.FileDescriptorProto())
    pool.AddSerializedFile(renamed.SerializeToString())
