"""What stands in deploy/ is well-formed, and what the service has: commands, settings, ports."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from typer.main import get_command

import grpc_server.settings
import items_events.ingest.settings
import items_events.settings
import rest_facade.settings
from items_cli.main import create_app
from tests.docs.pages import ROOT
from tests.needs import needs

DEPLOY = ROOT / "deploy"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OURS = {name: one for name, one in COMPOSE["services"].items() if one["image"] == "item-service"}
SETTINGS = {
    f"ITEMS_{name.upper()}"
    for settings in (grpc_server, rest_facade, items_events, items_events.ingest)
    for name in settings.settings.Settings.model_fields
}
OF_COMPOSE = {"ITEMS_DB_PASSWORD", "ITEMS_BROKER_PASSWORD"}
DRAIN = 3
"""Seconds that running calls have, by default."""


def documents(path: Path) -> Iterator[dict[str, Any]]:
    yield from yaml.safe_load_all(path.read_text())


def workloads() -> Iterator[dict[str, Any]]:
    """The pods of all manifests."""
    for path in MANIFESTS:
        for document in documents(path):
            if "template" in document.get("spec", {}):
                yield document["spec"]["template"]["spec"]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.name)
def test_a_manifest_is_what_kubernetes_takes(path: Path) -> None:
    for document in documents(path):
        kubernetes_validate.validate(document, "1.37", strict=True)


def test_every_variable_is_a_setting() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.suffix in {"", ".yaml", ".service"}]
    named = {
        name
        for path in files
        if path.is_file()
        for name in re.findall(r"\bITEMS_[A-Z_]+[A-Z]", path.read_text())
    }
    assert named
    assert named - OF_COMPOSE <= SETTINGS


def commands() -> Iterator[list[str]]:
    yield from (service["command"] for service in OURS.values())
    yield from (pod["containers"][0]["args"] for pod in workloads())


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_every_command_exists(command: list[str]) -> None:
    program: Any = get_command(create_app())
    for word in command:
        if not hasattr(program, "commands"):
            break
        assert word in program.commands
        program = program.commands[word]


def test_what_compose_waits_for_is_there_and_can_be_waited_for() -> None:
    services = COMPOSE["services"]
    for service in services.values():
        for name, wanted in service.get("depends_on", {}).items():
            if wanted["condition"] == "service_healthy":
                assert "test" in services[name]["healthcheck"]
            else:
                assert services[name]["restart"] == "on-failure"


def test_images_of_others_are_pinned_by_version_and_digest() -> None:
    others = (one for one in COMPOSE["services"].values() if one not in OURS.values())
    images = [one["image"] for one in others]
    images += re.findall(r"^FROM (\S+)", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    assert images
    assert all(re.search(r":\d+\.\d+.*@sha256:[0-9a-f]{64}$", image) for image in images), images


def test_compose_has_no_default_passwords() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    passwords = re.findall(r"\$\{ITEMS_\w+_PASSWORD(\S)", text)
    assert passwords
    assert ":-" not in text
    assert not re.findall(r"://\w+:\w+@", text)


def test_every_workload_has_a_network_policy() -> None:
    policies = documents(DEPLOY / "kubernetes" / "network.yaml")
    covered = {each["spec"]["podSelector"]["matchLabels"]["app"] for each in policies}
    assert covered >= {"items-grpc", "items-rest", "items-relay"}


def test_an_image_gets_what_the_wheel_is_built_from_and_nothing_else() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    wheel = build["targets"]["wheel"]
    packages = {name.split("/")[0] for name in (*wheel["packages"], *wheel["force-include"])}
    beside = {"pyproject.toml", "README.md", "LICENSE", "requirements/run.lock"}
    beside |= {"docs/asyncapi.yaml"}  # a page of the facade leads to it
    taken = re.findall(r"^!(.*)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert set(taken) == packages | beside


def test_ports_are_those_that_the_image_listens_on() -> None:
    image = (DEPLOY / "Dockerfile").read_text()
    listening = {int(port) for port in re.findall(r"0\.0\.0\.0:(\d+)", image)}
    (exposed,) = re.findall(r"^EXPOSE (.*)", image, re.MULTILINE)
    assert set(map(int, exposed.split())) == listening
    for service in OURS.values():
        for ports in service.get("ports", []):
            assert int(ports.rpartition(":")[2]) in listening


def test_a_pod_has_time_to_end() -> None:
    for pod in workloads():
        environment = pod["containers"][0]["env"]
        ducks = [one["value"] for one in environment if one["name"].endswith("_LAME_DUCK")]
        grace = pod.get("terminationGracePeriodSeconds", 30)
        assert grace > sum(map(float, ducks)) + 2 * DRAIN


def test_no_pod_is_root_or_writes_to_its_image() -> None:
    for pod in workloads():
        container = pod["containers"][0]["securityContext"]
        assert pod["securityContext"]["runAsNonRoot"]
        assert container["readOnlyRootFilesystem"]
        assert not container["allowPrivilegeEscalation"]


def test_systemd_reads_the_unit(tmp_path: Path) -> None:
    """With a program that is there, since systemd looks for it."""
    needs("systemd")
    unit = (DEPLOY / "systemd" / "items.service").read_text()
    here = tmp_path / "items.service"
    here.write_text(unit.replace("/opt/items/bin/items", shutil.which("true") or ""))
    subprocess.run(["/usr/bin/systemd-analyze", "verify", here], check=True, capture_output=True)
