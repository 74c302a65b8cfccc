import io
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import protovalidate

from examples.packages import debian_item, distribution_item, names, stanzas
from items_cli.importing.item_line import parse_item
from items_cli.importing.lines import read_lines

SCRIPT = Path(__file__).parents[2] / "examples" / "packages.py"

CONTROL = """\
Package: g++
Version: 4:12.2.0-3
Installed-Size: 14
Maintainer: Debian GCC Maintainers <debian-gcc@lists.debian.org>
Architecture: amd64
Depends: cpp (>= 4:12.2.0-3), gcc (= 12) | gcc-12:any, cpp
Description: GNU C++ compiler
 This is the compiler,
 .
 in several lines.
Tag: devel::compiler, devel::lang:c++,
 role::program
Section: devel

Package: libc6
Architecture: i386
"""


def printed(*arguments: str) -> bytes:
    return subprocess.check_output([sys.executable, SCRIPT, *arguments])


def test_a_package_becomes_an_item() -> None:
    stanza = next(stanzas(io.StringIO(CONTROL)))
    assert debian_item(stanza, "amd64") == {
        "id": "g_plus_plus",
        "name": "g++",
        "description": "GNU C++ compiler\nThis is the compiler,\n.\nin several lines.",
        "labels": {
            "section": "devel",
            "architecture": "amd64",
            "maintainer": "Debian GCC Maintainers <debian-gcc@lists.debian.org>",
        },
        "attributes": {
            "version": "4:12.2.0-3",
            "source": "g++",
            "installed_bytes": 14_336,
            "depends": ["cpp", "gcc", "gcc-12:any"],
            "tags": ["devel::compiler", "devel::lang:c++", "role::program"],
        },
    }


def test_a_package_of_another_architecture_has_an_id_of_its_own() -> None:
    _, libc = stanzas(io.StringIO(CONTROL))
    assert debian_item(libc, "amd64")["id"] == "libc6_i386"
    assert debian_item(libc, "i386")["id"] == "libc6"


def test_dependencies_are_names_each_once() -> None:
    assert names("typing-extensions~=4.13; extra == 'x', a[b]>=1,a") == ["typing-extensions", "a"]


def test_every_line_is_an_item_within_the_limits() -> None:
    seen = set()
    for line in read_lines(io.BytesIO(printed("--source", "python"))):
        item = parse_item(line)
        assert protovalidate.collect_violations(item) == []
        seen.add(item.id)
    assert "grpcio" in seen


def test_a_distribution_says_what_it_needs() -> None:
    found = next(item for item in distributions() if item.name == "grpcio-status")
    assert "grpcio" in distribution_item(found)["attributes"]["depends"]


def test_the_reader_may_stop_early() -> None:
    script = subprocess.Popen(
        [sys.executable, SCRIPT, "--source", "python"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with script:
        assert script.stdout is not None
        script.stdout.close()
        assert script.stderr is not None
        assert script.stderr.read() == b""
