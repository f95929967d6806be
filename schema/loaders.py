"""Data loaders, which batch the queries for related rows into one statement."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader
from tortoise import Model

from models import Employer, LearningAim, Member, Programme, Tracker
from services import history
from services.automations.proposed_changes import ProposedChange, proposed_changes
from services.automations.settings import AutomationSetting, automation_settings
from services.paging.pages import Page, PageRequest
from services.records.learners import fetch_aims
from services.row_selection import RowSelection
from services.rows import referenced_rows_by_id, selected_rows_by_id
from services.tracker_types.catalogue import AvailableType, cached_catalogue, catalogue_of
from services.tracker_types.versions import TypeVersion, cached_version, versions_by_id
from services.trackers import comments
from services.trackers.attachments import File, files_by_id
from services.trackers.listing.page import TrackerQuery, pages_by_learner
from services.viewer import Viewer

M = TypeVar("M", bound=Model)
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class PageKey:
    """The key of a nested connection's page. Pages that differ only in ``parent`` are fetched by one statement."""

    parent: UUID
    request: PageRequest
    count: bool
    selection: RowSelection[Any]
    query: TrackerQuery | None = None


class Loaders:
    """The data loaders of one viewer, for one operation or subscription event."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._rows: dict[RowSelection[Any], DataLoader[UUID, Any]] = {}
        self.references: DataLoader[UUID, Member | Employer | Programme | None] = DataLoader(
            partial(referenced_rows_by_id, viewer)
        )
        self.learning_aims: DataLoader[UUID, list[LearningAim]] = DataLoader(fetch_aims)
        self.files: DataLoader[UUID, File | None] = DataLoader(partial(files_by_id, viewer))
        self.tracker_types: DataLoader[UUID, AvailableType | None] = DataLoader(self._load_tracker_types)
        self.type_versions: DataLoader[UUID, TypeVersion] = DataLoader(_load_type_versions)
        self.automation_settings: DataLoader[UUID, AutomationSetting | None] = DataLoader(self._load_settings)
        self.proposed_changes: DataLoader[Tracker, list[ProposedChange]] = DataLoader(
            partial(proposed_changes, viewer), cache_key_fn=lambda tracker: (tracker.id, tracker.version)
        )
        self.histories: DataLoader[PageKey, Page] = DataLoader(partial(self._load_pages, history.pages_by_tracker))
        self.comments: DataLoader[PageKey, Page] = DataLoader(partial(self._load_pages, comments.pages_by_tracker))
        self.learner_trackers: DataLoader[PageKey, Page] = DataLoader(self._load_learner_trackers)

    def rows(self, selection: RowSelection[M]) -> DataLoader[UUID, M | None]:
        """Return the data loader that fetches what is selected of a model's rows by id."""
        if selection not in self._rows:
            self._rows[selection] = DataLoader(partial(selected_rows_by_id, self._viewer, selection))
        return self._rows[selection]

    def tracker_type(self, type_id: UUID) -> AvailableType | Awaitable[AvailableType | None] | None:
        """Return a tracker type of the viewer's organisation, at once if the process has it."""
        catalogue = cached_catalogue(self._viewer)
        return catalogue.by_id.get(type_id) if catalogue else self.tracker_types.load(type_id)

    async def _load_tracker_types(self, ids: list[UUID]) -> list[AvailableType | None]:
        catalogue = await catalogue_of(self._viewer)
        return [catalogue.by_id.get(type_id) for type_id in ids]

    def type_version(self, version_id: UUID) -> TypeVersion | Awaitable[TypeVersion]:
        """Return a version of a tracker type, at once if the process has it."""
        return cached_version(version_id) or self.type_versions.load(version_id)

    async def _load_settings(self, ids: list[UUID]) -> list[AutomationSetting | None]:
        by_id = {setting.id: setting for setting in await automation_settings(self._viewer, ids=ids)}
        return [by_id.get(setting_id) for setting_id in ids]

    async def _load_pages(
        self, fetch_pages: Callable[..., Awaitable[dict[UUID, Page]]], keys: list[PageKey]
    ) -> list[Page | BaseException]:
        pages: dict[PageKey, Page] = {}
        groups = _group_by(keys, lambda key: (key.request, key.count, key.selection))
        for (request, count, selection), group in groups.items():
            parents = [key.parent for key in group]
            by_parent = await fetch_pages(self._viewer, request, parents, selection, count=count)
            pages |= {key: by_parent[key.parent] for key in group}
        return [pages[key] for key in keys]

    async def _load_learner_trackers(self, keys: list[PageKey]) -> list[Page | BaseException]:
        pages: dict[PageKey, Page] = {}
        for (request, query), group in _group_by(keys, lambda key: (key.request, key.query or TrackerQuery())).items():
            parents = [key.parent for key in group]
            by_parent = await pages_by_learner(self._viewer, request, parents, query)
            pages |= {key: by_parent[key.parent] for key in group}
        return [pages[key] for key in keys]


async def _load_type_versions(ids: list[UUID]) -> list[TypeVersion]:
    by_id = await versions_by_id(ids)
    return [by_id[version_id] for version_id in ids]


def _group_by(keys: list[PageKey], group_key: Callable[[PageKey], K]) -> Mapping[K, list[PageKey]]:
    groups: defaultdict[K, list[PageKey]] = defaultdict(list)
    for key in keys:
        groups[group_key(key)].append(key)
    return groups
