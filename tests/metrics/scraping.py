"""Metrics as Prometheus sees them: asked for over HTTP, and parsed."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.processes import ServiceProcess

PATIENCE = 30.0
PAUSE = 0.02


@dataclass(frozen=True)
class Scrape:
    """What one scrape has told."""

    families: Sequence[Metric]

    def value(self, name: str, **labels: str) -> float:
        """The sample *name* with exactly *labels*; 0 if there is none."""
        samples = (sample for family in self.families for sample in family.samples)
        return next(
            (each.value for each in samples if each.name == name and each.labels == labels), 0.0
        )

    def total(self, name: str, **labels: str) -> float:
        """The sum of the samples *name* that have *labels*, among others."""
        samples = (sample for family in self.families for sample in family.samples)
        wanted = labels.items()
        return sum(
            each.value for each in samples if each.name == name if wanted <= each.labels.items()
        )


def metrics_url(process: ServiceProcess) -> str:
    """Where *process* says that its metrics are."""
    line = next(line for line in process.log if '"event":"metrics"' in line)
    return str(json.loads(line)["url"])


async def scraped(process: ServiceProcess) -> Scrape:
    """What *process* tells at this moment."""
    async with httpx.AsyncClient(timeout=PATIENCE) as client:
        answer = await client.get(metrics_url(process))
    assert answer.status_code == 200
    return Scrape([*text_string_to_metric_families(answer.text)])


async def scraped_once(process: ServiceProcess, holds: Callable[[Scrape], bool]) -> Scrape:
    """The first scrape of *process* of which *holds* says so."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await scraped(process)
            if holds(found):
                return found
            await asyncio.sleep(PAUSE)
