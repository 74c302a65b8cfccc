"""Runs buf over the contract, offline: protoc builds the image that buf reads."""

import subprocess
import sysconfig
from pathlib import Path
from typing import Final

from codegen.stubs import contract_files, protoc

CONFIG: Final = Path(__file__).parent.parent / "buf.yaml"
WITH_COMMENTS: Final = ("--include_imports", "--include_source_info")


def build_image(protos: Path, image: Path) -> None:
    """Write the descriptors of *protos* and of what they import into the file *image*."""
    protoc(protos, contract_files(protos), f"--descriptor_set_out={image}", *WITH_COMMENTS)


def lint(image: Path) -> None:
    """Hold *image* to the rules of buf.yaml.

    Raises:
        CalledProcessError: It breaks one; buf has printed which, and where.
    """
    _buf("lint", str(image), f"--config={CONFIG}")


def breaking(image: Path, against: Path) -> None:
    """Check that who speaks the contract *against* understands *image*.

    Raises:
        CalledProcessError: Somebody would not; buf has printed why.
    """
    _buf("breaking", str(image), f"--against={against}", f"--config={CONFIG}")


def format_in_place(protos: Path) -> None:
    """Lay out the files in *protos* as buf does."""
    _buf("format", str(protos), "--write")


def check_format(protos: Path) -> None:
    """Check that `format_in_place` would change nothing.

    Raises:
        CalledProcessError: It would; buf has printed what.
    """
    _buf("format", str(protos), "--diff", "--exit-code")


def _buf(*arguments: str) -> None:
    program = Path(sysconfig.get_path("scripts"), "buf")
    subprocess.run([program, *arguments], check=True)
