"""An S3-compatible server for tests: moto, in a child process on a free port."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import httpx

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "of-tests", "AWS_SECRET_ACCESS_KEY": "of-tests", "AWS_REGION": "eu-west-2"}


@contextmanager
def s3_server(directory: Path) -> Iterator[str]:
    """Run a server during the block and yield its URL."""
    log = directory / "moto.log"
    program = [sys.executable, "-c", "from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"]
    with log.open("wb") as output:
        process = subprocess.Popen(program, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield _wait_for_url(process, log)
    finally:
        process.terminate()
        process.wait(10)


def _wait_for_url(process: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(600):
        for word in log.read_text().split():
            if word.startswith("http://127.0.0.1:"):
                return word
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise AssertionError(log.read_text())


class Bucket:
    """A new bucket on an S3-compatible server."""

    def __init__(self, server: str, name: str) -> None:
        self._url = f"{server}/{name}"
        self.url = f"s3://{name}/ours"
        httpx.put(self._url, trust_env=False).raise_for_status()

    def keys(self) -> list[str]:
        """Return the keys of the objects in the bucket."""
        return self._keys("?list-type=2", "Contents")

    def unfinished_uploads(self) -> list[str]:
        """Return the keys of the multipart uploads that have not been completed."""
        return self._keys("?uploads", "Upload")

    def _keys(self, query: str, element: str) -> list[str]:
        response = httpx.get(self._url + query, trust_env=False)
        namespace = "{http://s3.amazonaws.com/doc/2006-03-01/}"
        elements = ElementTree.fromstring(response.text).findall(f"{namespace}{element}/{namespace}Key")
        return [key.text or "" for key in elements]
