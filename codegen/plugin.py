"""The protoc plugin: a CodeGeneratorRequest on stdin, a CodeGeneratorResponse on stdout.

Run it through protoc, as `stubs.py` does; it needs the stubs of buf/validate.
"""

import sys

from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest, CodeGeneratorResponse

from codegen.contract.descriptors import read_file
from codegen.contract.http_rules import is_grpc_only
from codegen.contract.unsupported import Unsupported
from codegen.writers.modules import write_modules


def respond(request: CodeGeneratorRequest) -> CodeGeneratorResponse:
    """The modules for each file to generate, or the first thing that is not supported."""
    features = CodeGeneratorResponse.FEATURE_PROTO3_OPTIONAL
    response = CodeGeneratorResponse(supported_features=features)
    asked = set(request.file_to_generate)
    try:
        for file in request.proto_file:
            if file.name in asked and not is_grpc_only(file):
                for name, content in write_modules(read_file(file)):
                    response.file.add(name=name, content=content)
    except Unsupported as refusal:
        return CodeGeneratorResponse(error=str(refusal), supported_features=features)
    return response


def main() -> None:
    """Answer the request on stdin."""
    request = CodeGeneratorRequest.FromString(sys.stdin.buffer.read())
    sys.stdout.buffer.write(respond(request).SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()
