"""`python -m items_events.ingest`: the ingest."""

from items_client import ItemsClient
from items_events.brokers.broker_url import source_url
from items_events.ingest.ingest import Ingest
from items_events.ingest.settings import Settings
from items_events.metrics.ingests import IngestMetrics
from items_events.signals import run_until_stopped
from items_runtime.metrics import metrics_served, process_registry
from items_runtime.process import prepare

ACTOR = "ingest"
"""The actor that the history names for the writes."""


async def ingest(settings: Settings) -> None:
    """Apply messages until cancelled."""
    measured = process_registry("ingest")
    observer = IngestMetrics(measured)
    async with (
        metrics_served(measured, settings.ingest_metrics),
        ItemsClient(settings.upstream, actor=ACTOR) as items,
    ):
        await Ingest(source_url(settings.ingest), items, observer=observer).run()


def main() -> None:
    """Run the ingest with settings from flags and ITEMS_* variables."""
    settings = prepare(Settings, "python -m items_events.ingest")
    run_until_stopped(ingest(settings), settings.log_format)


if __name__ == "__main__":
    main()
