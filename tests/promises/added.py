"""A contract with fields that Item does not have, in a copy, and what runs over it.

The fields are added as CONTRIBUTING says: one edit, one command. Everything but the
contract is the project itself: what was generated for the copy is imported in the place
of what is committed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from codegen.__main__ import main as generate
from codegen.asyncapi import DOCUMENT
from codegen.stubs import ROOT

PLACE = "ITEMS_TEST_CONTRACT"
"""The variable that says where the contract is that a program runs over."""

FIELDS = """
  // Who makes the item.
  optional string brand = 20 [
    (google.api.field_behavior) = OPTIONAL,
    (buf.validate.field).string = {
      max_len: 12
      example: "Acme"
    }
  ];

  // How heavy it is, in kilograms.
  optional double weight = 21 [
    (google.api.field_behavior) = OPTIONAL,
    (buf.validate.field).double.gte = 0
  ];

  // How large it is.
  Size size = 22 [(google.api.field_behavior) = OPTIONAL];

  // How many there are, by place.
  map<string, int64> stock = 23 [
    (google.api.field_behavior) = OPTIONAL,
    (buf.validate.field).map = {
      max_pairs: 3
      values: {
        int64: {gte: 0}
      }
    }
  ];

  // What people call it.
  repeated string nicknames = 24 [
    (google.api.field_behavior) = OPTIONAL,
    (buf.validate.field).repeated.unique = true
  ];

  // How long it can be had.
  google.protobuf.Duration warranty = 25 [(google.api.field_behavior) = OPTIONAL];

  // Where it was made, for good.
  optional string origin = 26 [(google.api.field_behavior) = IMMUTABLE];

  // Where it comes from.
  oneof source {
    // A shop, by name.
    string shop = 27 [(google.api.field_behavior) = OPTIONAL];
    // A plant, by number.
    int64 plant = 28 [(google.api.field_behavior) = OPTIONAL];
  }
}

// Size is how large an item is.
message Size {
  // From left to right, in metres.
  optional double width = 1 [(buf.validate.field).double.gt = 0];

  // From bottom to top, in metres.
  optional double height = 2 [(buf.validate.field).double.gt = 0];
}
"""
"""What stands in the place of the end of Item."""

LAST = "string etag = 11"
IMPORT = 'import "google/protobuf/field_mask.proto";\n'


def make_contract(folder: Path) -> None:
    """Copy the contract and what documents it into *folder*, add the fields, and generate.

    Raises:
        AssertionError: the contract is refused; the generator has printed why.
    """
    shutil.copytree(ROOT / "protos", folder / "protos")
    (folder / "docs").mkdir()
    shutil.copy(ROOT / DOCUMENT, folder / DOCUMENT)
    proto = folder / "protos" / "items" / "v1" / "items.proto"
    proto.write_text(with_fields(proto.read_text()))
    assert generate([], folder) == 0


def with_fields(proto: str) -> str:
    """*proto* with `FIELDS` at the end of Item."""
    before, last, after = proto.partition(LAST)
    rest, _, beyond = after.partition("\n}\n")
    duration = IMPORT.replace("field_mask", "duration")
    return before.replace(IMPORT, duration + IMPORT) + last + rest + "\n" + FIELDS + beyond


def run_over(folder: Path, module: str, *arguments: str) -> str:
    """Run a Python *module* over the contract in *folder*; what it prints.

    Raises:
        AssertionError: it ends with an error.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{folder}/generated", PLACE: str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout
