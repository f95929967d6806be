"""Programs that consist of code blocks of ``docs/clients.md``, with time-outs that are short enough for tests."""

from dataclasses import dataclass

from tests.support.clients.child_process import NODE_PROGRAM, PYTHON_PROGRAM, read_script
from tests.support.clients.docs_page import block

NODE_PRELUDE = """
import * as guide from './patience.js'
import { load, save } from './store.js'
Object.assign(guide.patience, { connect: 2000, ping: 500, pong: 1000, silence: 2000 })
process.on('SIGUSR2', async () => save({ ...await load(), accessToken: process.env.NEXT_TOKEN }))
"""
PYTHON_PRELUDE = """
import os, session as guide, signal
guide.PATIENCE.update(connect=2, ping=0.5, pong=1)
signal.signal(signal.SIGUSR2, lambda *_: setattr(guide.session, "access_token", os.environ["NEXT_TOKEN"]))
"""


@dataclass(frozen=True)
class Program:
    """A program that subscribes: a prelude, code blocks of the guide, and optionally a script.

    The prelude replaces the token with the next one when the process receives SIGUSR2.
    """

    blocks: list[str]
    interpreter: list[str]
    prelude: str
    script: str | None = None

    def __str__(self) -> str:
        scripts = [read_script(self.script)] if self.script else []
        return "\n".join([self.prelude, *(block(name) for name in self.blocks), *scripts])


def in_node(*blocks: str, script: str | None = None) -> Program:
    """Return a program for Node.js."""
    return Program([*blocks], NODE_PROGRAM, NODE_PRELUDE, script)


def in_python(*blocks: str) -> Program:
    """Return a program for Python."""
    return Program([*blocks], PYTHON_PROGRAM, PYTHON_PRELUDE)
