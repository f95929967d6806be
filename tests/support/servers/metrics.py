"""Helpers that parse metrics with the parser of the Prometheus client library."""

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.support.servers.trackers import Server

Sample = tuple[str, frozenset[tuple[str, str]]]


def samples(text: str) -> dict[Sample, float]:
    """Return the value of each sample, keyed by its name and labels."""
    values: dict[Sample, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = sample_key(sample.name, **sample.labels)
            assert key not in values, key
            values[key] = sample.value
    return values


def sample_key(name: str, **labels: str) -> Sample:
    """Return the key of a sample in the result of ``samples``."""
    return name, frozenset(labels.items())


async def scrape(server: Server, **headers: str) -> dict[Sample, float]:
    """Return the metrics of a server."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        response = await client.get(f"{server.address}/metrics", headers=headers)
    assert (response.status_code, response.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return samples(response.text)
