"""Writes the modules that REST needs for a proto file."""

from collections.abc import Iterable

from codegen.contract.bindings import bindings
from codegen.contract.closure import models
from codegen.contract.files import File
from codegen.writers.converters import write_converters
from codegen.writers.fields import write_fields
from codegen.writers.meanings import write_meanings
from codegen.writers.models import check_names, write_models
from codegen.writers.python_source import GENERATED, formatted, imports
from codegen.writers.requests import write_requests
from codegen.writers.routes import write_routes

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
    "items_protojson.scalars.binary": ["base64", "base64_to_json"],
    "items_protojson.scalars.booleans": ["QUERY_BOOL"],
    "items_protojson.well_known.durations": ["duration", "duration_to_json"],
    "items_protojson.well_known.empty": ["EMPTY", "empty_to_json"],
    "items_protojson.scalars.enums": ["enum"],
    "items_protojson.scalars.floats": [
        "double",
        "double_to_json",
        "float32",
        "float32_to_json",
        "is_negative",
    ],
    "items_protojson.scalars.integers": [
        "int32",
        "int64",
        "query_int32",
        "query_int64",
        "uint32",
        "uint64",
    ],
    "items_protojson.well_known.maps": ["map_to_json"],
    "items_protojson.well_known.masks": ["FIELD_MASK"],
    "items_protojson.message": ["Message", "ignored"],
    "items_protojson.oneofs": ["Oneof", "OneofMessage"],
    "items_protojson.query": ["Query"],
    "items_protojson.route": ["Route"],
    "items_protojson.status": ["Status", "status_to_json"],
    "items_protojson.well_known.structs": ["STRUCT", "struct_to_json"],
    "items_protojson.scalars.text": ["Identifier", "UNICODE", "Unique", "Uuid"],
    "items_protojson.well_known.timestamps": ["TIMESTAMP", "timestamp", "timestamp_to_json"],
    "items_protojson.well_known.wrappers": [
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
