"""`python -m codegen`: generated/ from protos/, and the checks of the contract.

What docs/asyncapi.yaml says of an item is generated, too. With --check nothing is
written: the exit code is 1 if what is committed is not what would be generated.
"""

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from codegen import asyncapi, buf, main_branch, tree
from codegen.stubs import (
    ROOT,
    contract_files,
    generate_descriptors,
    generate_rest,
    generate_stubs,
)

PROTOS = "protos"
GENERATED = "generated"


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Generate, or check, in *root*; the exit code."""
    parser = ArgumentParser(prog="python -m codegen", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a difference")
    check = parser.parse_args(arguments).check
    try:
        with TemporaryDirectory() as scratch:
            return _run(root, Path(scratch), check=check)
    except subprocess.CalledProcessError:
        print("Stopped: see above.", file=sys.stderr)
        return 1


def _run(root: Path, scratch: Path, *, check: bool) -> int:
    protos = root / PROTOS
    _format(protos, check=check)
    fresh = scratch / GENERATED
    fresh.mkdir()
    generate_stubs(protos, fresh)
    generate_rest(protos, fresh)
    generate_descriptors(protos, fresh)
    code = _check(root / GENERATED, fresh) if check else _replace(root / GENERATED, fresh)
    code |= _document(root / asyncapi.DOCUMENT, fresh, check=check)
    _judge(root, scratch)
    return code


def _document(document: Path, fresh: Path, *, check: bool) -> int:
    """Bring *document* up to date, or *check* that it is, if there is one."""
    if not document.exists():
        return 0
    before = document.read_text()
    after = asyncapi.with_fields(before, fresh)
    if after == before:
        print(f"Documents: {asyncapi.DOCUMENT} is up to date")
        return 0
    if check:
        print(f"Documents: {asyncapi.DOCUMENT} is not what {PROTOS}/ gives; run `make protos`")
        return 1
    document.write_text(after)
    print(f"Documents: {asyncapi.DOCUMENT}, changed")
    return 0


def _format(protos: Path, *, check: bool) -> None:
    if check:
        buf.check_format(protos)
    else:
        buf.format_in_place(protos)
    print(f"Formatted: {len(contract_files(protos))} files in {PROTOS}/")


def _replace(committed: Path, fresh: Path) -> int:
    changes = tree.replace(committed, fresh)
    print(f"Generated: {len(tree.files(fresh))} files in {GENERATED}/, {changes}")
    return 0


def _check(committed: Path, fresh: Path) -> int:
    changes = tree.compare(committed, fresh)
    if not changes:
        print(f"Generated: {GENERATED}/ is up to date")
        return 0
    print(f"Generated: {GENERATED}/ is not what {PROTOS}/ gives; run `make protos`")
    print(*tree.explain(changes, committed, fresh), sep="\n")
    return 1


def _judge(root: Path, scratch: Path) -> None:
    image = scratch / "image.binpb"
    buf.build_image(root / PROTOS, image)
    buf.lint(image)
    print("Linted:    the contract keeps the rules of buf.yaml")
    print(f"Breaking:  {_compare_with_main(root, scratch, image)}")


def _compare_with_main(root: Path, scratch: Path, image: Path) -> str:
    commit = main_branch.main_commit(root)
    if commit is None:
        return "skipped, there is no main branch to compare with"
    old_protos, old_image = scratch / "main", scratch / "main.binpb"
    if not main_branch.extract(root, commit, PROTOS, old_protos):
        return f"skipped, there are no {PROTOS}/ at {commit:.8}"
    buf.build_image(old_protos, old_image)
    buf.breaking(image, old_image)
    return f"nothing, compared with main at {commit:.8}"


if __name__ == "__main__":
    sys.exit(main())
