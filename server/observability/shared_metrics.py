"""The directory in which several processes share their metrics. Nothing here imports prometheus_client."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

DIRECTORY_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"  # the library's own


@contextmanager
def shared_metrics() -> Iterator[None]:
    """Make this process and its children share their metrics.

    ``metrics`` must not have been imported yet, because prometheus_client decides on import how it keeps values.
    """
    with TemporaryDirectory(prefix="trackers-metrics-") as directory:
        os.environ[DIRECTORY_VARIABLE] = directory
        try:
            yield
        finally:
            del os.environ[DIRECTORY_VARIABLE]
