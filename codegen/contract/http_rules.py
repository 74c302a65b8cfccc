"""Reads the google.api.http rule of a method."""

from google.api import annotations_pb2, http_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorProto, MethodDescriptorProto

from codegen.contract.files import Method
from codegen.contract.unsupported import Unsupported

HTTP = annotations_pb2.http
VERBS = ("get", "post", "put", "patch", "delete")


def is_grpc_only(file: FileDescriptorProto) -> bool:
    """Whether *file* has services, and not one method of them is reached over HTTP."""
    methods = [method for service in file.service for method in service.method]
    return bool(methods) and not any(method.options.HasExtension(HTTP) for method in methods)


def read_method(full_name: str, method: MethodDescriptorProto, comment: str) -> Method:
    """The method called *full_name*, and how it is reached over HTTP.

    Raises:
        Unsupported: It streams requests, has no rule, or a rule that needs more than a
            template and a body.
    """
    if method.client_streaming:
        raise Unsupported(full_name, "a stream of requests")
    if not method.options.HasExtension(HTTP):
        raise Unsupported(full_name, "a method without google.api.http")
    rule = method.options.Extensions[HTTP]
    verb = _verb(full_name, rule)
    return Method(
        full_name=full_name,
        name=method.name,
        request=method.input_type.removeprefix("."),
        response=method.output_type.removeprefix("."),
        verb=verb.upper(),
        template=getattr(rule, verb),
        body=rule.body,
        comment=comment,
        streams=method.server_streaming,
    )


def _verb(full_name: str, rule: http_pb2.HttpRule) -> str:
    for field, _ in rule.ListFields():
        if field.name not in {*VERBS, "body"}:
            raise Unsupported(full_name, f"{field.name} in google.api.http")
    return str(rule.WhichOneof("pattern"))
