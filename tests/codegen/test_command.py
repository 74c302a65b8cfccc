"""`python -m codegen`, as `make protos` and CI run it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codegen import buf
from codegen.__main__ import main
from codegen.stubs import ROOT
from codegen.tree import files

PROTO = """\
// A thing.
syntax = "proto3";

package thing.v1;

// Thing is a thing.
message Thing {
  // The name.
  string name = 1;

  // The size.
  int32 size = 2;
}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a small contract and what is generated from it."""
    proto = tmp_path / "protos" / "thing" / "v1" / "thing.proto"
    proto.parent.mkdir(parents=True)
    proto.write_text(PROTO)
    assert main([], tmp_path) == 0
    return tmp_path


def proto_of(project: Path) -> Path:
    return project / "protos" / "thing" / "v1" / "thing.proto"


def git(project: Path, *arguments: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=e")
    subprocess.run(["git", "-C", project, *who, *arguments], check=True, capture_output=True)  # noqa: S607


def test_what_is_committed_is_what_the_contract_gives(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().out


def test_what_is_generated_imports_without_a_warning() -> None:
    modules = sorted(path for path in files(ROOT / "generated") if path.endswith(".py"))
    names = [path.removesuffix(".py").replace("/", ".") for path in modules]
    imports = "; ".join(f"import {name}" for name in names)
    subprocess.run([sys.executable, "-W", "error", "-c", imports], check=True, cwd=ROOT)


def test_what_is_generated_does_not_depend_on_where(project: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "else where"
    shutil.copytree(project / "protos", elsewhere / "protos")
    main([], elsewhere)
    assert files(elsewhere / "generated") == files(project / "generated")
    assert str(ROOT).encode() not in b"".join(files(ROOT / "generated").values())


def test_generating_again_changes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], project) == 0
    assert "nothing changed" in capsys.readouterr().out


def test_generating_repairs_what_was_edited_and_removes_what_is_stale(project: Path) -> None:
    generated = project / "generated"
    before = files(generated)
    (generated / "stale.py").touch()
    (generated / "thing" / "v1" / "thing_pb2.py").write_text("edited")
    main([], project)
    assert files(generated) == before


def test_a_check_names_what_is_wrong_and_writes_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    generated = project / "generated"
    (generated / "stale.py").touch()
    (generated / "thing" / "v1" / "thing_pb2.py").write_text("edited")
    before = files(generated)
    assert main(["--check"], project) == 1
    out = capsys.readouterr().out
    assert "stale:   stale.py" in out
    assert "differs: thing/v1/thing_pb2.py" in out
    assert files(generated) == before


def test_generating_formats_the_contract(project: Path) -> None:
    proto_of(project).write_text(PROTO.replace("  //", "    //"))
    assert main([], project) == 0
    assert proto_of(project).read_text() == PROTO


def test_a_check_fails_on_an_unformatted_contract(project: Path) -> None:
    proto_of(project).write_text(PROTO.replace("  //", "    //"))
    assert main(["--check"], project) == 1
    assert proto_of(project).read_text() != PROTO


def test_an_element_without_a_comment_fails(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    proto_of(project).write_text(PROTO.replace("  // The size.\n", ""))
    assert main([], project) == 1
    assert 'Field "size"' in capfd.readouterr().out


def test_a_project_without_git_is_compared_with_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--check"], project)
    assert "skipped, there is no main branch" in capsys.readouterr().out


def test_a_main_branch_without_a_contract_is_compared_with_nothing(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(project, "init", "--initial-branch=main")
    git(project, "commit", "--allow-empty", "--message=empty")
    main(["--check"], project)
    assert "skipped, there are no protos/" in capsys.readouterr().out


def test_a_change_that_breaks_a_client_of_main_fails(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    git(project, "init", "--initial-branch=main")
    git(project, "add", "protos")
    git(project, "commit", "--message=first")
    git(project, "checkout", "-b", "work")
    proto_of(project).write_text(PROTO.replace("int32 size", "string size"))
    git(project, "commit", "--all", "--message=second")
    assert main([], project) == 1
    assert "changed type" in capfd.readouterr().out


def test_a_contract_that_protoc_cannot_read_stops_before_anything_is_replaced(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = files(project / "generated")
    proto_of(project).write_text(PROTO.replace("int32 size", "Nothing size"))
    assert main([], project) == 1
    assert '"Nothing" is not defined' in capfd.readouterr().err
    assert files(project / "generated") == before


def test_the_rules_of_buf_are_those_of_the_project() -> None:
    rules = buf.CONFIG.read_text()
    assert ("STANDARD" in rules, "COMMENTS" in rules, "FILE" in rules) == (True, True, True)
