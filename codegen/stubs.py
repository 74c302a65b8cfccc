"""Runs protoc over the contract, with third-party protos taken from installed wheels.

Nothing is downloaded and nothing is vendored: ``google/api`` and ``google/rpc``
come as ``.proto`` files with ``googleapis-common-protos``, and
``buf/validate/validate.proto`` as the descriptor that ``protovalidate`` carries.
"""

import importlib.resources
import os
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import protovalidate
from google.protobuf import descriptor_pb2

VALIDATE = "buf/validate/validate.proto"

CONTRACT = "contract.binpb"
"""The file with the descriptors of the contract and of what it imports, for any language."""

ROOT = Path(__file__).parent.parent


@contextmanager
def validate_descriptor_set() -> Iterator[Path]:
    """A descriptor set file with ``buf/validate/validate.proto`` and what it imports."""
    file = protovalidate.ViolationPb.desc().file
    descriptors = descriptor_pb2.FileDescriptorSet()
    for part in (*file.dependencies, file):
        descriptors.file.append(
            descriptor_pb2.FileDescriptorProto.FromString(part.proto.to_binary())
        )
    with TemporaryDirectory() as folder:
        path = Path(folder, "validate.binpb")
        path.write_bytes(descriptors.SerializeToString())
        yield path


def contract_files(protos: Path) -> list[str]:
    """The proto files of the contract, relative to *protos*, sorted."""
    return sorted(str(path.relative_to(protos)) for path in protos.rglob("*.proto"))


def protoc(
    protos: Path, files: Sequence[str], *flags: str, environment: Mapping[str, str] | None = None
) -> None:
    """Run protoc on *files* with *flags*; plugins see *environment* too.

    Raises:
        CalledProcessError: protoc refused the files; it has printed why.
    """
    wheels = sysconfig.get_path("purelib")
    bundled = str(importlib.resources.files("grpc_tools") / "_proto")
    with validate_descriptor_set() as validate:
        subprocess.run(
            [
                *(sys.executable, "-m", "grpc_tools.protoc"),
                *(f"--proto_path={protos}", f"--proto_path={wheels}", f"--proto_path={bundled}"),
                f"--descriptor_set_in={validate}",
                *flags,
                *files,
            ],
            check=True,
            env={"PATH": f"{sysconfig.get_path('scripts')}:{os.defpath}", **(environment or {})},
        )


def generate_stubs(protos: Path, out: Path) -> None:
    """Write messages, their types, and the gRPC stubs of *protos* into *out*."""
    protoc(
        protos,
        contract_files(protos),
        f"--python_out={out}",
        f"--mypy_out=quiet:{out}",
        f"--grpc_python_out={out}",
        f"--mypy_grpc_out=quiet,only_async:{out}",
    )
    protoc(protos, [VALIDATE], f"--python_out={out}", f"--mypy_out=quiet:{out}")
    for package in filter(Path.is_dir, out.iterdir()):
        (package / "py.typed").touch()  # PEP 561: users of the package see its types


def generate_descriptors(protos: Path, out: Path) -> None:
    """Write the descriptors of *protos*, and of what they import, beside the stubs in *out*."""
    files = contract_files(protos)
    target = out / Path(files[0]).with_name(CONTRACT)
    protoc(protos, files, "--include_imports", f"--descriptor_set_out={target}")


@contextmanager
def plugin_program() -> Iterator[Path]:
    """The plugin as a program that protoc can start."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "protoc-gen-rest")
        path.write_text(f"#!/bin/sh\nexec {shlex.quote(sys.executable)} -m codegen.plugin\n")
        path.chmod(0o700)
        yield path


def generate_rest(protos: Path, out: Path) -> None:
    """Write models, converters, requests and routes of *protos* into *out*, next to its stubs."""
    with plugin_program() as program:
        protoc(
            protos,
            contract_files(protos),
            f"--plugin=protoc-gen-rest={program}",
            f"--rest_out={out}",
            environment={"PYTHONPATH": f"{out}:{ROOT}"},
        )
