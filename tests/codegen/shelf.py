"""A small contract that has everything the generator supports.

`python -m tests.codegen.shelf` writes what is generated from it now as what is
expected from now on: read the difference before you commit it.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from codegen.stubs import generate_rest, generate_stubs

GOLDEN = Path(__file__).parent / "golden"
PROTOS = GOLDEN / "protos"
EXPECTED = GOLDEN / "expected"
MODULES = ("models", "converters", "requests", "routes", "fields")


def generate(out: Path) -> None:
    """Write the stubs and modules of the shelf into *out*."""
    generate_stubs(PROTOS, out)
    generate_rest(PROTOS, out)


def expected_file(module: str) -> Path:
    """Where the expected text of *module* stands; it is no Python file to other tools."""
    return EXPECTED / f"shelf_{module}.py.txt"


def generated_texts(out: Path) -> Iterator[tuple[str, str]]:
    """The modules that were written into *out*, by name."""
    for module in MODULES:
        yield module, (out / "shelf" / "v1" / f"shelf_{module}.py").read_text()


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        generate(Path(folder))
        for name, text in generated_texts(Path(folder)):
            expected_file(name).write_text(text)
