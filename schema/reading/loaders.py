"""Data loaders, which batch the queries for related rows into one statement."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeVar
from uuid import UUID

from strawberry.dataloader import DataLoader
from tortoise import Model

from models import LearningAim, Tracker
from services import history
from services.automations.proposed_changes import ProposedChange, proposed_changes
from services.automations.settings import AutomationSetting, automation_settings
from services.kernel.errors import BadRequestError
from services.paging.pages import Page, PageRequest
from services.records.learners import fetch_aims
from services.row_selection import RowSelection
from services.rows import ReferencedRow, referenced_rows_by_id, selected_rows_by_id
from services.tracker_types.catalogue import AvailableType, Catalogue, cached_catalogue, catalogue_of
from services.tracker_types.versions import TypeVersion, cached_version, versions_by_id
from services.trackers import comments
from services.trackers.attachments import File, files_by_id
from services.trackers.listing.page import TrackerQuery, pages_by_learner
from services.trackers.whole import HistoryRequest, WholeTracker, read_whole_tracker
from services.viewer import Viewer

M = TypeVar("M", bound=Model)
K = TypeVar("K")
L = TypeVar("L")


@dataclass(frozen=True, slots=True)
class PageKey:
    """The key of a nested connection's page. Pages that differ only in ``parent`` are fetched by one statement."""

    parent: UUID
    request: PageRequest
    count: bool
    selection: RowSelection[Any]
    query: TrackerQuery | None = None


@dataclass(frozen=True, slots=True)
class TrackerKey:
    """The key of a tracker that is read with what hangs on it, if no other tracker is read at the same time."""

    id: UUID
    selection: RowSelection[Tracker]
    references: tuple[RowSelection[Any], ...]
    history: PageKey | None


class Loaders:
    """The data loaders of one viewer, for one operation or subscription event, each made when it is first used.

    None of them refers to this object: what it holds is then freed with it, without the garbage collector.
    """

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._catalogue: Catalogue | None = None
        self._rows: dict[RowSelection[Any], DataLoader[UUID, Any]] = {}
        self._references: dict[tuple[RowSelection[Any], ...], DataLoader[UUID, ReferencedRow | None]] = {}

    @cached_property
    def learning_aims(self) -> DataLoader[UUID, list[LearningAim]]:
        """Return the data loader of learners' aims."""
        return DataLoader(fetch_aims)

    @cached_property
    def files(self) -> DataLoader[UUID, File | None]:
        """Return the data loader of files."""
        return DataLoader(partial(files_by_id, self._viewer))

    @cached_property
    def tracker_types(self) -> DataLoader[UUID, AvailableType | None]:
        """Return the data loader of tracker types; see ``tracker_type``."""
        return DataLoader(partial(_load_tracker_types, self._viewer))

    @cached_property
    def type_versions(self) -> DataLoader[UUID, TypeVersion]:
        """Return the data loader of versions of tracker types; see ``type_version``."""
        return DataLoader(_load_type_versions)

    @cached_property
    def automation_settings(self) -> DataLoader[UUID, AutomationSetting | None]:
        """Return the data loader of the settings of process automations."""
        return DataLoader(partial(_load_settings, self._viewer))

    @cached_property
    def proposed_changes(self) -> DataLoader[Tracker, list[ProposedChange]]:
        """Return the data loader of what trackers propose to change."""
        load = partial(proposed_changes, self._viewer)
        return DataLoader(load, cache_key_fn=lambda tracker: (tracker.id, tracker.version))

    @cached_property
    def histories(self) -> DataLoader[PageKey, Page]:
        """Return the data loader of pages of trackers' histories."""
        return DataLoader(partial(_load_pages, history.pages_by_tracker, self._viewer))

    @cached_property
    def comments(self) -> DataLoader[PageKey, Page]:
        """Return the data loader of pages of trackers' comments."""
        return DataLoader(partial(_load_pages, comments.pages_by_tracker, self._viewer))

    @cached_property
    def learner_trackers(self) -> DataLoader[PageKey, Page]:
        """Return the data loader of pages of learners' trackers."""
        return DataLoader(partial(_load_learner_trackers, self._viewer))

    @cached_property
    def whole_trackers(self) -> DataLoader[TrackerKey, WholeTracker]:
        """Return the data loader of trackers with what hangs on them."""
        return DataLoader(partial(_load_whole_trackers, self._viewer))

    async def tracker(self, key: TrackerKey) -> Tracker | None:
        """Return a tracker, and keep what was read with it for the loaders of its history and of references."""
        whole = await self.whole_trackers.load(key)
        if key.history is not None and whole.history is not None:
            self.histories.prime(key.history, whole.history)
        if whole.referenced:
            self.references(key.references).prime_many(whole.referenced)
        return whole.tracker

    def rows(self, selection: RowSelection[M]) -> DataLoader[UUID, M | None]:
        """Return the data loader that fetches what is selected of a model's rows by id."""
        if selection not in self._rows:
            self._rows[selection] = DataLoader(partial(selected_rows_by_id, self._viewer, selection))
        return self._rows[selection]

    def references(self, selections: tuple[RowSelection[Any], ...]) -> DataLoader[UUID, ReferencedRow | None]:
        """Return the data loader of what reference fields point to, with a selection for each model that they can."""
        if selections not in self._references:
            self._references[selections] = DataLoader(partial(referenced_rows_by_id, self._viewer, selections))
        return self._references[selections]

    def tracker_type(self, type_id: UUID) -> AvailableType | Awaitable[AvailableType | None] | None:
        """Return a tracker type of the viewer's organisation, at once if the process has it."""
        catalogue = self._catalogue
        if catalogue is None or catalogue.version < self._viewer.organisation.types_version:
            catalogue = self._catalogue = cached_catalogue(self._viewer)
        return catalogue.by_id.get(type_id) if catalogue else self.tracker_types.load(type_id)

    def type_version(self, version_id: UUID) -> TypeVersion | Awaitable[TypeVersion]:
        """Return a version of a tracker type, at once if the process has it."""
        return cached_version(version_id) or self.type_versions.load(version_id)


async def _load_tracker_types(viewer: Viewer, ids: list[UUID]) -> list[AvailableType | None]:
    catalogue = await catalogue_of(viewer)
    return [catalogue.by_id.get(type_id) for type_id in ids]


async def _load_settings(viewer: Viewer, ids: list[UUID]) -> list[AutomationSetting | None]:
    by_id = {setting.id: setting for setting in await automation_settings(viewer, ids=ids)}
    return [by_id.get(setting_id) for setting_id in ids]


async def _load_pages(
    fetch_pages: Callable[..., Awaitable[dict[UUID, Page]]], viewer: Viewer, keys: list[PageKey]
) -> list[Page | BadRequestError]:
    groups = _group_by(keys, lambda key: (key.request, key.count, key.selection))
    return await _pages_of_groups(
        keys, groups, lambda group, parents: fetch_pages(viewer, group[0], parents, group[2], count=group[1])
    )


async def _pages_of_groups(
    keys: list[PageKey],
    groups: Mapping[K, list[PageKey]],
    fetch_pages: Callable[[K, list[UUID]], Awaitable[dict[UUID, Page]]],
) -> list[Page | BadRequestError]:
    """Return the page of each key. Arguments that are invalid are an error of their group alone."""
    pages: dict[PageKey, Page | BadRequestError] = {}
    for group, members in groups.items():
        try:
            by_parent = await fetch_pages(group, [key.parent for key in members])
        except BadRequestError as error:
            pages |= dict.fromkeys(members, error)
        else:
            pages |= {key: by_parent[key.parent] for key in members}
    return [pages[key] for key in keys]


async def _load_whole_trackers(viewer: Viewer, keys: list[TrackerKey]) -> list[WholeTracker]:
    if len(keys) == 1:
        (key,) = keys
        page = key.history
        request = HistoryRequest(page.request, page.selection, page.count) if page is not None else None
        return [await read_whole_tracker(viewer, key.id, key.selection, request, key.references)]
    found: dict[TrackerKey, WholeTracker] = {}
    for selection, group in _group_by(keys, lambda key: key.selection).items():
        trackers = await selected_rows_by_id(viewer, selection, [key.id for key in group])
        found |= {key: WholeTracker(tracker) for key, tracker in zip(group, trackers, strict=True)}
    return [found[key] for key in keys]


async def _load_learner_trackers(viewer: Viewer, keys: list[PageKey]) -> list[Page | BadRequestError]:
    groups = _group_by(keys, lambda key: (key.request, key.query or TrackerQuery()))
    return await _pages_of_groups(
        keys, groups, lambda group, parents: pages_by_learner(viewer, group[0], parents, group[1])
    )


async def _load_type_versions(ids: list[UUID]) -> list[TypeVersion]:
    by_id = await versions_by_id(ids)
    return [by_id[version_id] for version_id in ids]


def _group_by(keys: list[L], group_key: Callable[[L], K]) -> Mapping[K, list[L]]:
    groups: defaultdict[K, list[L]] = defaultdict(list)
    for key in keys:
        groups[group_key(key)].append(key)
    return groups
