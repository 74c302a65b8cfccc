"""What the generator does not support is refused, with the full name of the element."""

from pathlib import Path
from subprocess import CalledProcessError

import pytest
from google.protobuf.compiler.plugin_pb2 import CodeGeneratorRequest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from codegen.plugin import respond
from codegen.stubs import generate_rest, generate_stubs, protoc

HEADER = """
syntax = "proto3";
package {package};
import "buf/validate/validate.proto";
import "google/api/annotations.proto";
import "google/api/field_behavior.proto";
import "google/protobuf/any.proto";
import "google/protobuf/field_mask.proto";
import "google/protobuf/struct.proto";
import "google/protobuf/timestamp.proto";
import "google/protobuf/wrappers.proto";
import "google/rpc/status.proto";
"""

IN_A_REQUEST = """
message In {{ {} }}
message Out {{}}
service S {{
  rpc Go(In) returns (Out) {{ option (google.api.http) = {{post: "/go", body: "*"}}; }}
}}
"""

IN_A_QUERY = """
message In {{ {} }}
message Part {{}}
message Out {{}}
service S {{ rpc Go(In) returns (Out) {{ option (google.api.http) = {{get: "/go"}}; }} }}
"""

WITH_RULE = """
message In {{ string id = 1; Part part = 2; repeated Part parts = 3; }}
message Part {{ string id = 1; Deep deep = 2; }}
message Deep {{ string id = 1; }}
message Out {{}}
service S {{ rpc Go({}) returns ({}) {{ {} }} }}
"""

RULE = "option (google.api.http) = {%s};"

SECOND = """
service T {{ rpc Go(Deep) returns (Out) {{ option (google.api.http) = {{get: "/t"}}; }} }}
""".format()

REFUSED = {
    # the types of fields
    "any": (
        IN_A_REQUEST.format("google.protobuf.Any f = 1;"),
        "In.f: the message google.protobuf.Any, declared elsewhere",
    ),
    "list_value": (
        IN_A_REQUEST.format("repeated google.protobuf.ListValue f = 1;"),
        "In.f: the message google.protobuf.ListValue, declared elsewhere",
    ),
    "map_from_numbers": (
        IN_A_REQUEST.format("map<int32, string> f = 1;"),
        "In.f: a map whose keys are no strings",
    ),
    "map_to_messages_of_others": (
        IN_A_REQUEST.format("map<string, google.protobuf.Value> f = 1;"),
        "In.f: the message google.protobuf.Value, declared elsewhere",
    ),
    "nested_message": (
        IN_A_REQUEST.format("message Nested {} Nested f = 1;"),
        "In.Nested: a type within a message",
    ),
    "nested_enum": (
        IN_A_REQUEST.format("enum Nested { ZERO = 0; }"),
        "In.Nested: a type within a message",
    ),
    "message_of_others": (
        IN_A_REQUEST.format("google.protobuf.Value f = 1;"),
        "In.f: the message google.protobuf.Value, declared elsewhere",
    ),
    "status_in_a_request": (
        IN_A_REQUEST.format("google.rpc.Status f = 1;"),
        "In.f: a google.rpc.Status in a request",
    ),
    "message_in_itself": (
        IN_A_REQUEST.format("In f = 1;"),
        "In: a message that contains itself",
    ),
    "name_of_a_model": (
        IN_A_REQUEST.format("string json = 1;"),
        "In.json: a name that means something else to a model",
    ),
    "keyword": (
        IN_A_REQUEST.format("string class = 1;"),
        "In.class: a name that means something else to a model",
    ),
    # the rules of fields
    "unknown_text_rule": (
        IN_A_REQUEST.format('string f = 1 [(buf.validate.field).string.prefix = "a"];'),
        "In.f: the rule buf.validate.StringRules.prefix",
    ),
    "unknown_number_rule": (
        IN_A_REQUEST.format("int64 f = 1 [(buf.validate.field).int64.not_in = 9];"),
        "In.f: the rule buf.validate.Int64Rules.not_in",
    ),
    "unknown_rule_of_fractions": (
        IN_A_REQUEST.format("double f = 1 [(buf.validate.field).double.finite = true];"),
        "In.f: the rule buf.validate.DoubleRules.finite",
    ),
    "unknown_rule_of_an_element": (
        IN_A_REQUEST.format(
            "repeated string f = 1 [(buf.validate.field).repeated.items.string.uuid = true];"
        ),
        "In.f: the rule buf.validate.StringRules.uuid",
    ),
    "unknown_rule_of_a_map": (
        IN_A_REQUEST.format(
            "map<string, int32> f = 1 [(buf.validate.field).map.values.int32.const = 1];"
        ),
        "In.f: the rule buf.validate.Int32Rules.const",
    ),
    "rule_of_a_text_or_none": (
        IN_A_REQUEST.format(
            "google.protobuf.StringValue f = 1 [(buf.validate.field).string.min_len = 1];"
        ),
        "In.f: the rule buf.validate.FieldRules.string",
    ),
    "bounds_with_nothing_between": (
        IN_A_REQUEST.format("optional double f = 1 [(buf.validate.field).double = {gt: 2 lt: 1}];"),
        "In.f: bounds with nothing between them",
    ),
    "expression": (
        IN_A_REQUEST.format(
            'string f = 1 [(buf.validate.field).cel = {id: "a" expression: "true"}];'
        ),
        "In.f: the rule buf.validate.FieldRules.cel",
    ),
    "rule_for_a_message": (
        IN_A_REQUEST.format(
            "google.protobuf.Timestamp f = 1 [(buf.validate.field).timestamp.lt_now = true];"
        ),
        "In.f: the rule buf.validate.TimestampRules.lt_now",
    ),
    "expression_of_a_message": (
        IN_A_REQUEST.format(
            'option (buf.validate.message).cel = {id: "a" expression: "true"}; string f = 1;'
        ),
        "In: rules of a whole message",
    ),
    "rules_in_a_oneof": (
        IN_A_REQUEST.format(
            "oneof o { Out f = 1 [(google.api.field_behavior) = REQUIRED,"
            " (buf.validate.field).required = true]; }"
        ),
        "In.f: a required field in a oneof",
    ),
    "unique_messages": (
        IN_A_REQUEST.format("repeated Out f = 1 [(buf.validate.field).repeated.unique = true];"),
        "In.f: unique messages, times or fractions",
    ),
    "ignored_always": (
        IN_A_REQUEST.format("string f = 1 [(buf.validate.field).ignore = IGNORE_ALWAYS];"),
        "In.f: the rule ignore: IGNORE_ALWAYS",
    ),
    "zero_that_nothing_minds": (
        IN_A_REQUEST.format("string f = 1 [(buf.validate.field).ignore = IGNORE_IF_ZERO_VALUE];"),
        "In.f: IGNORE_IF_ZERO_VALUE without a pattern or uuid",
    ),
    "uuid_that_must_be_there": (
        IN_A_REQUEST.format("string f = 1 [(buf.validate.field).string.uuid = true];"),
        "In.f: a uuid rule without IGNORE_IF_ZERO_VALUE",
    ),
    "zero_that_breaks_the_pattern": (
        IN_A_REQUEST.format('string f = 1 [(buf.validate.field).string.pattern = "^a$"];'),
        "In.f: a rule that its own zero breaks, but not REQUIRED",
    ),
    "zero_that_is_too_small": (
        IN_A_REQUEST.format("int32 f = 1 [(buf.validate.field).int32.gte = 1];"),
        "In.f: a rule that its own zero breaks, but not REQUIRED",
    ),
    "zero_that_is_too_large": (
        IN_A_REQUEST.format("float f = 1 [(buf.validate.field).float.lt = -1];"),
        "In.f: a rule that its own zero breaks, but not REQUIRED",
    ),
    "zero_that_is_not_among_others": (
        IN_A_REQUEST.format("sint64 f = 1 [(buf.validate.field).sint64.in = 1];"),
        "In.f: a rule that its own zero breaks, but not REQUIRED",
    ),
    "no_bytes_where_some_must_be": (
        IN_A_REQUEST.format("bytes f = 1 [(buf.validate.field).bytes.min_len = 1];"),
        "In.f: a rule that its own zero breaks, but not REQUIRED",
    ),
    "required_by_one_option_only": (
        IN_A_REQUEST.format("Out f = 1 [(buf.validate.field).required = true];"),
        "In.f: a required rule, but no field_behavior REQUIRED",
    ),
    "unknown_behavior": (
        IN_A_REQUEST.format("string f = 1 [(google.api.field_behavior) = INPUT_ONLY];"),
        "In.f: the field_behavior INPUT_ONLY",
    ),
    "identifier_that_is_a_number": (
        IN_A_REQUEST.format("int64 f = 1 [(google.api.field_behavior) = IDENTIFIER];"),
        "In.f: an IDENTIFIER that is no string",
    ),
    "part_that_the_server_writes_in": (
        "message Thing { string id = 1; Deep deep = 2; }"
        " message Deep { string f = 1 [(google.api.field_behavior) = OUTPUT_ONLY]; }"
        " message In { Thing thing = 1; google.protobuf.FieldMask mask = 2; }"
        " service S { rpc Go(In) returns (Thing) {"
        + RULE % 'patch: "/a/{thing.id}" body: "thing"'
        + "} }",
        "Deep.f: a field of a part that clients do not write",
    ),
    # queries
    "double_in_a_query": (IN_A_QUERY.format("double f = 1;"), "In.f: a double in a query"),
    "message_in_a_query": (IN_A_QUERY.format("Part f = 1;"), "In.f: a {package}.Part in a query"),
    "struct_in_a_query": (
        IN_A_QUERY.format("google.protobuf.Struct f = 1;"),
        "In.f: a google.protobuf.Struct in a query",
    ),
    "map_in_a_query": (
        IN_A_QUERY.format("map<string, string> f = 1;"),
        "In.f: a map in a query",
    ),
    # methods
    "no_rule": (
        WITH_RULE.format("In", "Out", "") + SECOND,
        "S.Go: a method without google.api.http",
    ),
    "streaming_request": (
        WITH_RULE.format("stream In", "Out", RULE % 'get: "/a"'),
        "S.Go: a stream of requests",
    ),
    "additional_binding": (
        WITH_RULE.format("Part", "Out", RULE % 'get: "/a" additional_bindings {get: "/b"}'),
        "S.Go: additional_bindings in google.api.http",
    ),
    "part_of_the_response": (
        WITH_RULE.format("Part", "Out", RULE % 'get: "/a" response_body: "x"'),
        "S.Go: response_body in google.api.http",
    ),
    "custom_verb": (
        WITH_RULE.format("Part", "Out", RULE % 'custom: {kind: "HEAD" path: "/a"}'),
        "S.Go: custom in google.api.http",
    ),
    "body_that_is_no_field": (
        WITH_RULE.format("In", "Out", RULE % 'post: "/a" body: "nothing"'),
        "S.Go: the body nothing",
    ),
    "body_that_is_a_string": (
        WITH_RULE.format("In", "Out", RULE % 'post: "/a" body: "id"'),
        "S.Go: the body id",
    ),
    "body_that_is_a_list": (
        WITH_RULE.format("In", "Out", RULE % 'post: "/a" body: "parts"'),
        "S.Go: the body parts",
    ),
    "variable_that_is_no_field": (
        WITH_RULE.format("In", "Out", RULE % 'post: "/a/{nothing}" body: "*"'),
        "S.Go: the path variable nothing, which is no field",
    ),
    "variable_with_a_pattern": (
        WITH_RULE.format("In", "Out", RULE % 'post: "/a/{id=x/*}" body: "*"'),
        "S.Go: the path variable id=x/*",
    ),
    "variable_that_is_a_message": (
        WITH_RULE.format("In", "Out", RULE % 'post: "/a/{part}" body: "*"'),
        "S.Go: the path variable part, which is no plain string",
    ),
    "variable_that_is_a_list": (
        "message Many { repeated string ids = 1; } message Out {} service S {"
        " rpc Go(Many) returns (Out) {" + RULE % 'get: "/a/{ids}"' + "} }",
        "S.Go: the path variable ids, which is no plain string",
    ),
    "variables_of_the_same_name": (
        WITH_RULE.format("In", "Out", RULE % 'post: "/a/{id}/{part.id}" body: "part"'),
        "S.Go: two path variables with the same last name",
    ),
    "variable_in_a_part_of_the_whole_body": (
        WITH_RULE.format("In", "Out", RULE % 'post: "/a/{part.id}" body: "*"'),
        "S.Go: the path variable part.id, not within the body",
    ),
    "variable_in_a_part_of_the_query": (
        WITH_RULE.format("In", "Out", RULE % 'get: "/a/{part.id}"'),
        "S.Go: the path variable part.id, not within the body",
    ),
    "response_of_others": (
        WITH_RULE.format("Deep", "google.protobuf.Struct", RULE % 'get: "/a"'),
        "S.Go: the message google.protobuf.Struct, declared elsewhere",
    ),
    "message_called_like_a_variant": (
        "message Thing { string id = 1; } message ThingPatch {}"
        " message In { Thing thing = 1; google.protobuf.FieldMask mask = 2; }"
        " service S { rpc Go(In) returns (ThingPatch) {"
        + RULE % 'patch: "/a/{thing.id}" body: "thing"'
        + "} }",
        "Thing: a second model called ThingPatch",
    ),
    "message_called_like_a_model": (
        "message GoQuery {} message In {} service S { rpc Go(In) returns (GoQuery) {"
        + RULE % 'get: "/a"'
        + "} }",
        "GoQuery: the name of a generated class",
    ),
}


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, CodeGeneratorRequest]:
    """A request to the plugin for each case, all compiled by one run of protoc."""
    folder = tmp_path_factory.mktemp("refused")
    for case, (body, _) in REFUSED.items():
        (folder / f"{case}.proto").write_text(HEADER.replace("{package}", case) + body)
    image = folder / "image.binpb"
    protoc(folder, [f"{case}.proto" for case in REFUSED], f"--descriptor_set_out={image}")
    files = FileDescriptorSet.FromString(image.read_bytes()).file
    return {
        file.package: CodeGeneratorRequest(file_to_generate=[file.name], proto_file=[file])
        for file in files
    }


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_supported_is_refused_by_its_full_name(
    case: str, compiled: dict[str, CodeGeneratorRequest]
) -> None:
    expected = f"{case}.{REFUSED[case][1]}".replace("{package}", case)
    response = respond(compiled[case])
    assert (response.error, list(response.file)) == (expected, [])


def test_a_refusal_stops_protoc_and_is_printed(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    body, problem = REFUSED["any"]
    protos, out = tmp_path / "protos", tmp_path / "out"
    protos.mkdir()
    out.mkdir()
    (protos / "any.proto").write_text(HEADER.replace("{package}", "any") + body)
    generate_stubs(protos, out)
    with pytest.raises(CalledProcessError):
        generate_rest(protos, out)
    assert f"any.{problem}" in capfd.readouterr().err


def test_a_file_without_methods_gives_no_modules(tmp_path: Path) -> None:
    protos, out = tmp_path / "protos", tmp_path / "out"
    protos.mkdir()
    out.mkdir()
    (protos / "alone.proto").write_text('syntax = "proto3"; package alone; message Alone {}')
    generate_stubs(protos, out)
    generate_rest(protos, out)
    assert not list(out.glob("alone_models.py"))


def test_a_service_without_any_http_rule_is_for_grpc_alone(tmp_path: Path) -> None:
    protos, out = tmp_path / "protos", tmp_path / "out"
    protos.mkdir()
    out.mkdir()
    body = WITH_RULE.format("In", "Out", "") + "message Odd { google.protobuf.Value f = 1; }"
    (protos / "inside.proto").write_text(HEADER.replace("{package}", "inside") + body)
    generate_stubs(protos, out)
    generate_rest(protos, out)
    assert not list(out.glob("inside_models.py"))
