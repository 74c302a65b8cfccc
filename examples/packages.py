"""A real catalogue: prints software packages as items, one JSON object a line.

    python examples/packages.py | items import -

On Debian and its relatives these are all the packages that apt knows, elsewhere the
installed Python distributions. Needs nothing but Python.
"""

import argparse
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from itertools import chain
from typing import Any

Item = dict[str, Any]
Stanza = dict[str, str]

ARCHITECTURE = ("dpkg", "--print-architecture")
AVAILABLE = ("apt-cache", "dumpavail")

ID = re.compile(r"[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?")
LONGEST_NAME = 255
LONGEST_LABEL = 255
LONGEST_DESCRIPTION = 4096
MOST_RELATED = 500
"""Names in one list: attributes have at most 64 KiB."""


def main() -> None:
    """Print the items of the source that the command line names, or of the first that answers."""
    # `packages.py | head` ends here quietly, as other programs do.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    parser = argparse.ArgumentParser(description="Print software packages as items, one a line.")
    parser.add_argument("--source", choices=("apt", "python"), help="default: apt if it answers")
    source = parser.parse_args().source
    for item in _valid(_items(source)):
        sys.stdout.buffer.write(json.dumps(item, ensure_ascii=False).encode() + b"\n")


def _items(source: str | None) -> Iterator[Item]:
    if source == "python":
        return map(distribution_item, distributions())
    packages = debian_items()
    first = next(packages, None)
    if first is not None:
        return chain([first], packages)
    if source == "apt":
        sys.exit("apt-cache dumpavail answers with no packages: try apt-get update")
    return map(distribution_item, distributions())


def _valid(items: Iterable[Item]) -> Iterator[Item]:
    """*items* without those that cannot be one: a strange id, or one that is taken."""
    seen: set[str] = set()
    for item in items:
        if ID.fullmatch(item["id"]) and item["id"] not in seen:
            seen.add(item["id"])
            yield item
        else:
            print(f"left out: {item['id']!r}", file=sys.stderr)


def debian_items() -> Iterator[Item]:
    """The packages of `apt-cache dumpavail`; none where it does not answer."""
    try:
        native = subprocess.check_output(ARCHITECTURE, text=True).strip()
        with subprocess.Popen(
            AVAILABLE, stdout=subprocess.PIPE, encoding="utf-8", errors="replace"
        ) as apt:
            for stanza in stanzas(apt.stdout or ()):
                if "Package" in stanza:
                    yield debian_item(stanza, native)
    except (OSError, subprocess.CalledProcessError):
        return


def stanzas(lines: Iterable[str]) -> Iterator[Stanza]:
    """The stanzas of a Debian control file: fields by name, continued lines joined."""
    stanza: Stanza = {}
    name = ""
    for line in lines:
        if line.startswith((" ", "\t")):
            stanza[name] = f"{stanza.get(name, '')}\n{line.strip()}"
        elif line.strip():
            name, _, value = line.partition(":")
            stanza[name] = value.strip()
        elif stanza:
            yield stanza
            stanza = {}
    if stanza:
        yield stanza


def debian_item(stanza: Stanza, native: str) -> Item:
    """The package that *stanza* describes, on a machine of the architecture *native*."""
    labels = {
        "section": stanza.get("Section"),
        "priority": stanza.get("Priority"),
        "architecture": stanza.get("Architecture"),
        "maintainer": stanza.get("Maintainer"),
    }
    attributes = {
        "version": stanza.get("Version"),
        "source": stanza.get("Source", stanza["Package"]).partition(" ")[0],
        "homepage": stanza.get("Homepage"),
        "download_bytes": _number(stanza.get("Size"), 1),
        "installed_bytes": _number(stanza.get("Installed-Size"), 1024),
        "depends": names(stanza.get("Depends", "")),
        "tags": names(stanza.get("Tag", "")),
    }
    text = next((stanza[key] for key in stanza if re.match(r"Description(-[a-z_A-Z]+)?$", key)), "")
    return _item(debian_id(stanza, native), stanza["Package"], text, labels, attributes)


def debian_id(stanza: Stanza, native: str) -> str:
    """The name of the package as an id: two packages never have the same.

    No name has an underscore, so that `g++`, here `g_plus_plus`, cannot meet another
    name; and one of a foreign architecture says so after one.
    """
    name = stanza["Package"].replace("+", "_plus")
    architecture = stanza.get("Architecture", native)
    return name if architecture in {native, "all"} else f"{name}_{architecture}"


def distribution_item(distribution: Distribution) -> Item:
    """An installed Python distribution."""
    about = {key: distribution.metadata[key] for key in distribution.metadata}
    name = about.get("Name", "unknown")
    labels = {
        "license": about.get("License-Expression") or _first_line(about.get("License")),
        "installer": _first_line(distribution.read_text("INSTALLER")),
        "author": about.get("Author-email") or about.get("Author"),
    }
    attributes = {
        "version": distribution.version,
        "homepage": about.get("Home-page"),
        "requires_python": about.get("Requires-Python"),
        "depends": names(",".join(distribution.requires or ())),
        "files": len(distribution.files or ()),
    }
    return _item(python_id(name), name, about.get("Summary", ""), labels, attributes)


def python_id(name: str) -> str:
    """The normalized name of the distribution. (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names(relations: str) -> list[str]:
    """The names in a list of dependencies, without versions and conditions, each once."""
    found = re.findall(r"(?:^|[,|])\s*([A-Za-z0-9][\w.+:-]*)", relations)
    return list(dict.fromkeys(found))[:MOST_RELATED]


def _item(
    item_id: str, name: str, text: str, labels: dict[str, str | None], attributes: dict[str, Any]
) -> Item:
    """An item within the limits of the contract; what is empty is left out."""
    return {
        "id": item_id,
        "name": name[:LONGEST_NAME],
        "description": text[:LONGEST_DESCRIPTION],
        "labels": {key: value[:LONGEST_LABEL] for key, value in labels.items() if value},
        "attributes": {key: value for key, value in attributes.items() if value},
    }


def _number(text: str | None, unit: int) -> int | None:
    return int(text) * unit if text and text.isdigit() else None


def _first_line(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]


if __name__ == "__main__":
    main()
