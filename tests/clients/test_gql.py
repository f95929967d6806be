"""A test of gql, a client for Python: the query of the guide. Its subscription is tested in ``test_resuming``."""

from tests.support.clients.child_process import PYTHON_PROGRAM, run_client
from tests.support.clients.docs_page import block
from tests.support.scenarios.tenant import Tenant


async def test_gql(tenant: Tenant) -> None:
    for description in ("first", "second", "third"):
        await tenant.assign(description)
    async with run_client(PYTHON_PROGRAM, block("gql"), tenant.url, tenant.ada) as child:
        assert [await child.receive() for _ in "12"] == [{"number": number, "status": "NEW"} for number in (3, 2)]
        await child.wait_for_exit()
