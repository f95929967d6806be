"""``python -m tests.benchmark.client``: do a pickled job from standard input, and write the pickled result.

A job with sockets says ``open`` when all are open, and goes on when it has read another line.
"""

import pickle
import sys

import uvloop

from tests.benchmark.client.load import Job, send_load
from tests.benchmark.client.sockets import push


def _wait_for_start() -> None:
    sys.stdout.buffer.write(b"open\n")
    sys.stdout.buffer.flush()
    sys.stdin.buffer.readline()


if __name__ == "__main__":
    job = pickle.load(sys.stdin.buffer)
    result = uvloop.run(send_load(job) if isinstance(job, Job) else push(job, _wait_for_start))
    pickle.dump(result, sys.stdout.buffer)
