"""What Prometheus would read, by the library's own parser."""

from prometheus_client.parser import text_string_to_metric_families

Sample = tuple[str, frozenset[tuple[str, str]]]


def samples(text: str) -> dict[Sample, float]:
    """Each sample's value, by its name and labels."""
    found: dict[Sample, float] = {}
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            key = named(one.name, **one.labels)
            assert key not in found, key
            found[key] = one.value
    return found


def named(name: str, **labels: str) -> Sample:
    """A sample's name and labels."""
    return name, frozenset(labels.items())
