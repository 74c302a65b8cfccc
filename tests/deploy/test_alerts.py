"""The alerts: of metrics that there are, each tried, each with a word on what to do."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.docs.pages import ROOT, page, rows
from tests.metrics.scraping import metrics_url
from tests.needs import needs
from tests.processes import ServerProcess

RULES = ROOT / "deploy/prometheus/items.rules.yml"
CONFIG = ROOT / "deploy/prometheus/prometheus.yml"
TRIALS = ROOT / "tests/deploy/items.rules.test.yml"

OPERATIONS = "docs/operations.md"
METRIC = re.compile(r"\b(?:items|http|grpc)_[a-z_]+\b(?=[{\[) ]|$)")
BY = re.compile(r"\bby \([^)]*\)")
OF_HISTOGRAM = re.compile(r"_(?:bucket|count|sum)$")
SEVERITIES = {"critical", "warning"}

Rule = Mapping[str, Any]


def alerts() -> list[Rule]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def name(rule: Rule) -> str:
    return str(rule["alert"])


def promtool(*arguments: str | Path, said: str = "") -> None:
    """Run promtool, which finds nothing wrong."""
    needs("promtool")
    ended = subprocess.run(
        ["promtool", *arguments],  # noqa: S607  # wherever it is installed
        input=said,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("rule", alerts(), ids=name)
def test_an_alert_says_how_bad_it_is_and_what_has_happened(rule: Rule) -> None:
    assert rule["labels"]["severity"] in SEVERITIES
    assert set(rule["annotations"]) == {"summary", "description"}


@pytest.mark.parametrize("rule", alerts(), ids=name)
def test_an_alert_is_of_metrics_that_there_are(rule: Rule) -> None:
    known = {row[0].strip("`") for row in rows(page(OPERATIONS), "What is measured")}
    used = {OF_HISTOGRAM.sub("", found) for found in METRIC.findall(BY.sub("", rule["expr"]))}
    assert used
    assert used - known == set()


def test_the_page_lists_every_alert_with_its_severity() -> None:
    listed = [row[:2] for row in rows(page(OPERATIONS), "Alerts")]
    assert listed == [[f"`{name(rule)}`", rule["labels"]["severity"]] for rule in alerts()]


def test_every_alert_is_tried() -> None:
    trials = yaml.safe_load(TRIALS.read_text(encoding="utf-8"))["tests"]
    tried = [
        re.findall(r'alertname="(\w+)"', each["promql_expr_test"][0]["expr"]) for each in trials
    ]
    assert tried == [[name(rule)] for rule in alerts()]


def test_prometheus_takes_rules_and_configuration() -> None:
    promtool("check", "config", CONFIG)


def test_every_alert_is_raised_when_it_should_be() -> None:
    promtool("test", "rules", TRIALS)


def test_the_names_of_the_metrics_follow_the_conventions(folder: Path) -> None:
    with ServerProcess(folder, grpc_metrics="127.0.0.1:0") as server:
        server.wait_until_serving()
        shown = httpx.get(metrics_url(server)).text
    promtool("check", "metrics", said=shown)
