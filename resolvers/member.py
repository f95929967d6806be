"""The queries and mutations for members."""

from typing import Annotated, Any

import strawberry

from models import Member
from schema.context import Info
from schema.declaration.relay import ConnectionData, connection_of_rows
from schema.inputs.arguments import After, Before, First, Last, Search
from schema.inputs.member import (
    CreateMemberInput,
    CreateMemberPayload,
    UpdateMemberInput,
    UpdateMemberPayload,
)
from schema.reading.selection import CONNECTION, selected_row, selects_total_count
from services.accounts import member_changes
from services.accounts.members import page_of_members
from services.paging.pages import PageRequest


async def members(
    info: Info,
    search: Search = None,
    assignable_only: Annotated[
        bool, strawberry.argument(description="Only those that the viewer may give a tracker to.")
    ] = False,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> ConnectionData:
    """Return a page of the organisation's members, sorted by name."""
    selection = selected_row(info, Member, CONNECTION)
    page = await page_of_members(
        info.context.require_viewer(),
        PageRequest(first, after, last, before),
        selection,
        search=search,
        assignable_only=assignable_only,
        count=selects_total_count(info),
    )
    return connection_of_rows(page, selection)


async def create_member(
    info: Info, entry: Annotated[CreateMemberInput, strawberry.argument(name="input", description="The entry.")]
) -> CreateMemberPayload:
    """Create a member."""
    member: Any = await member_changes.create_member(info.context.require_viewer(), entry.decode())
    return CreateMemberPayload(member=member)


async def update_member(
    info: Info, entry: Annotated[UpdateMemberInput, strawberry.argument(name="input", description="The entry.")]
) -> UpdateMemberPayload:
    """Update a member."""
    member: Any = await member_changes.update_member(info.context.require_viewer(), entry.decode())
    return UpdateMemberPayload(member=member)
