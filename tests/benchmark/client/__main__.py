"""``python -m tests.benchmark.client``: do a pickled job from standard input, and write the pickled result."""

import pickle
import sys

import uvloop

from tests.benchmark.client.load import send_load

if __name__ == "__main__":
    result = uvloop.run(send_load(pickle.load(sys.stdin.buffer)))
    pickle.dump(result, sys.stdout.buffer)
