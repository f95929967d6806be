"""The edges' batches: one of each for a request, so that what many rows point to is read once."""

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
from services.automations.settings import AutomationSetting, settings_of
from services.paging.pages import Page, PageRequest
from services.records.learners import aims_of, groups_of
from services.rows import neighbours_by_id, rows_by_id
from services.tracker_types.catalogue import AvailableType, TypeVersion, forms, offered_types
from services.trackers import comments
from services.trackers.attachments import File, files_by_id
from services.trackers.listing.page import TrackerQuery, pages_by_learner
from services.viewer import Viewer

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a connection below many rows is asked for; those that ask the same share one statement."""

    parent: UUID
    request: PageRequest
    count: bool
    query: TrackerQuery | None = None


class Loaders:
    """The batches of one viewer in one request or event."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self.neighbours: DataLoader[UUID, Member | Employer | Programme | None] = DataLoader(
            partial(neighbours_by_id, viewer)
        )
        self._rows: dict[type[Model], DataLoader[UUID, Any]] = {}
        self.aims: DataLoader[UUID, list[LearningAim]] = DataLoader(aims_of)
        self.groups: DataLoader[UUID, list[str]] = DataLoader(groups_of)
        self.files: DataLoader[UUID, File | None] = DataLoader(partial(files_by_id, viewer))
        self.types: DataLoader[UUID, AvailableType | None] = DataLoader(self._types)
        self.forms: DataLoader[UUID, TypeVersion] = DataLoader(self._forms)
        self.automations: DataLoader[UUID, AutomationSetting | None] = DataLoader(self._automations)
        self.proposals: DataLoader[Tracker, list[ProposedChange]] = DataLoader(
            partial(proposed_changes, viewer), cache_key_fn=lambda tracker: (tracker.id, tracker.version)
        )
        self.histories: DataLoader[Wanted, Page] = DataLoader(partial(self._below_trackers, history.pages_by_tracker))
        self.comments: DataLoader[Wanted, Page] = DataLoader(partial(self._below_trackers, comments.pages_by_tracker))
        self.trackers_of_learners: DataLoader[Wanted, Page] = DataLoader(self._trackers_of_learners)

    def rows(self, model: type[M]) -> DataLoader[UUID, M | None]:
        """The rows of a model by id."""
        if model not in self._rows:
            self._rows[model] = DataLoader(partial(rows_by_id, self._viewer, model))
        return self._rows[model]

    async def _types(self, ids: list[UUID]) -> list[AvailableType | None]:
        offered = await offered_types(self._viewer, ids=ids, include_disabled=True)
        found = {one.type.id: one for one in offered}
        return [found.get(type_id) for type_id in ids]

    async def _forms(self, ids: list[UUID]) -> list[TypeVersion]:
        found = await forms(ids)
        return [found[version_id] for version_id in ids]

    async def _automations(self, ids: list[UUID]) -> list[AutomationSetting | None]:
        found = {one.id: one for one in await settings_of(self._viewer, ids=ids)}
        return [found.get(setting_id) for setting_id in ids]

    async def _below_trackers(
        self, read: Callable[..., Awaitable[dict[UUID, Page]]], wanted: list[Wanted]
    ) -> list[Page | BaseException]:
        found: dict[Wanted, Page] = {}
        for (request, count), parents in _alike(wanted, "request", "count").items():
            pages = await read(self._viewer, request, [one.parent for one in parents], count=count)
            found |= {one: pages[one.parent] for one in parents}
        return [found[one] for one in wanted]

    async def _trackers_of_learners(self, wanted: list[Wanted]) -> list[Page | BaseException]:
        found: dict[Wanted, Page] = {}
        for (request, query), parents in _alike(wanted, "request", "query").items():
            pages = await pages_by_learner(
                self._viewer, request, [one.parent for one in parents], query or TrackerQuery()
            )
            found |= {one: pages[one.parent] for one in parents}
        return [found[one] for one in wanted]


def _alike(wanted: list[Wanted], *names: str) -> Mapping[tuple[Any, ...], list[Wanted]]:
    together: dict[tuple[Any, ...], list[Wanted]] = {}
    for one in wanted:
        together.setdefault(tuple(getattr(one, name) for name in names), []).append(one)
    return together
