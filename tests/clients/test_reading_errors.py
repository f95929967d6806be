"""A test of the guide's functions for errors: of an entry by field, and of the top level by code, also with ``onError``.

The program is ``scripts/errors.mjs``, preceded by the guide's code block.
"""

import json

from tests.support.clients.child_process import NODE_PROGRAM, needs_packages, read_script, run_client
from tests.support.clients.docs_page import block
from tests.support.scenarios.tenant import Tenant

pytestmark = needs_packages

BY_FIELD = {
    "dueDate": [],
    "values.issue": ["'What is wrong' has a value that cannot be chosen.", "'What is wrong' takes one choice only."],
    "values.evidence": [],
    "": ["'Document' is required."],
}
BAD_CURSOR = "'after' is not a cursor of this list in this order."
CORRECT = [
    {"step": "correct", "message": BAD_CURSOR, "input": ["after"]},
    {"step": "correct", "message": "This is not a valid id.", "input": ["id"]},
]


async def test_errors_are_read_by_path_and_by_code(tenant: Tenant) -> None:
    entry = tenant.staff.tracker_input(values=[{"key": "issue", "value": {"choices": ["NONE", "MISSING"]}}])
    program = "\n".join([block("on-error"), read_script("errors")])
    async with run_client(NODE_PROGRAM, program, tenant.url, tenant.ada, ENTRY=json.dumps(entry)) as child:
        assert await child.receive() == BY_FIELD
        assert await child.receive() is None
        assert await child.receive() == CORRECT
        assert await child.receive() == [BAD_CURSOR, CORRECT[1]["message"]]
        assert await child.receive() == {"trackers": None, "viewer": {"member": {"name": "Ada"}}, "tracker": None}
        assert await child.receive() == CORRECT
        assert await child.receive() == [BAD_CURSOR, CORRECT[1]["message"]]
        await child.wait_for_exit()
