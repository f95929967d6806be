"""gql, for Python: the page's query; what it hears on a socket stands in `test_resuming`."""

import pytest

from tests.support.clients.child_process import PYTHON, client
from tests.support.clients.docs_page import block
from tests.support.scenarios.tenant import House

pytestmark = pytest.mark.clients


async def test_gql(house: House) -> None:
    for description in ("first", "second", "third"):
        await house.assign(description)
    async with client(PYTHON, block("gql"), house.url, house.ada) as child:
        assert [await child.hear() for _ in "12"] == [{"number": number, "status": "NEW"} for number in (3, 2)]
        await child.end()
