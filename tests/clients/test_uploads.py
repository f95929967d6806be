"""A test of the guide's upload: a file becomes a field's value; one of a type that the field does not take is refused.

The program is ``scripts/uploading.mjs``, preceded by the guide's code block.
"""

import base64
import json

from tests.support.clients.child_process import NODE_PROGRAM, needs_packages, read_script, run_client
from tests.support.clients.docs_page import block
from tests.support.scenarios.sample_files import PNG
from tests.support.scenarios.tenant import Tenant

pytestmark = needs_packages

WRONG_TYPE = "'Evidence' takes application/pdf, image/png, image/jpeg; this is text/plain."


async def test_an_uploaded_file_is_attached(tenant: Tenant) -> None:
    program = "\n".join([block("uploading"), read_script("uploading")])
    more = {"ENTRY": json.dumps(tenant.staff.tracker_input()), "PNG": base64.b64encode(PNG).decode()}
    async with run_client(NODE_PROGRAM, program, tenant.url, tenant.ada, **more) as child:
        created = await child.receive()
        assert created["errors"] == []
        assert {"key": "evidence", "files": [{"name": "slip.png", "mediaType": "image/png"}]} in created["tracker"][
            "values"
        ]
        assert await child.receive() == {"code": "UNSUPPORTED_MEDIA_TYPE", "message": WRONG_TYPE}
        await child.wait_for_exit()
