"""Writes the modules that REST needs for a proto file."""

from collections.abc import Iterable

from codegen.bindings import bindings
from codegen.closure import models
from codegen.contract import File
from codegen.converters import write_converters
from codegen.fields import write_fields
from codegen.meanings import write_meanings
from codegen.models import check_names, write_models
from codegen.requests import write_requests
from codegen.routes import write_routes
from codegen.source import GENERATED, formatted, imports

STANDARD = {
    "collections.abc": ["Mapping", "Sequence"],
    "datetime": ["datetime", "timedelta"],
    "typing": ["Annotated", "Any", "ClassVar", "Final", "TypedDict", "cast"],
}
WRAPPERS = [
    *("BoolValue", "BytesValue", "DoubleValue", "FloatValue", "Int32Value", "Int64Value"),
    *("StringValue", "UInt32Value", "UInt64Value"),
]
THIRD_PARTY = {
    "google.protobuf.duration_pb2": ["Duration"],
    "google.protobuf.empty_pb2": ["Empty"],
    "google.protobuf.field_mask_pb2": ["FieldMask"],
    "google.protobuf.struct_pb2": ["Struct"],
    "google.protobuf.timestamp_pb2": ["Timestamp"],
    "google.protobuf.wrappers_pb2": WRAPPERS,
    "pydantic": ["BeforeValidator", "Field"],
}
PROTOJSON = {
    "protojson.binary": ["base64", "base64_to_json"],
    "protojson.booleans": ["QUERY_BOOL"],
    "protojson.durations": ["duration", "duration_to_json"],
    "protojson.empty": ["EMPTY", "empty_to_json"],
    "protojson.enums": ["enum"],
    "protojson.floats": ["double", "double_to_json", "float32", "float32_to_json", "is_negative"],
    "protojson.integers": ["int32", "int64", "query_int32", "query_int64", "uint32", "uint64"],
    "protojson.maps": ["map_to_json"],
    "protojson.masks": ["FIELD_MASK"],
    "protojson.message": ["Message", "ignored"],
    "protojson.oneofs": ["Oneof", "OneofMessage"],
    "protojson.query": ["Query"],
    "protojson.route": ["Route"],
    "protojson.status": ["Status", "status_to_json"],
    "protojson.structs": ["STRUCT", "struct_to_json"],
    "protojson.text": ["Identifier", "UNICODE", "Unique", "Uuid"],
    "protojson.timestamps": ["TIMESTAMP", "timestamp", "timestamp_to_json"],
    "protojson.wrappers": [
        *("BOOL", "TEXT", "bytes_value_to_json", "double_value_to_json", "float_value_to_json"),
        *("long_value_to_json", "plain_value_to_json", "wrapped"),
    ],
}


def write_modules(file: File) -> Iterable[tuple[str, str]]:
    """Paths and contents of the modules for *file*.

    A file without methods has one for its enums, if it has any.

    Raises:
        Unsupported: The file uses something that the generator does not know.
    """
    bound = bindings(file)
    needed = models(file, bound)
    check_names(needed, bound)
    if bound:
        yield _module(file, "models", write_models(file, needed, bound))
        yield _module(file, "converters", write_converters(file, needed))
        yield _module(file, "requests", write_requests(file, bound))
        yield _module(file, "routes", write_routes(file, bound))
        if fields := write_fields(file, bound):
            yield _module(file, "fields", fields)
    elif file.enums:
        yield _module(file, "meanings", write_meanings(file))


def _module(file: File, part: str, code: str) -> tuple[str, str]:
    about, _, body = code.partition("\n\n")
    siblings = [f"{file.stem}_{other} as {other}" for other in ("models", "converters")]
    ours = {**PROTOJSON, file.package: [*siblings, f"{file.stem}_pb2 as pb"]}
    header = imports(body, STANDARD, THIRD_PARTY, ours)
    source = formatted(f"{GENERATED}\n\n{about}\n\n{header}\n\n{body.lstrip()}")
    return f"{file.path.removesuffix('.proto')}_{part}.py", source
