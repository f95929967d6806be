"""Asking for members, adding and changing them."""

from typing import Annotated, Any

import strawberry

from models import Member
from schema.context import Info
from schema.inputs.arguments import After, Before, First, Last, Search
from schema.inputs.member import (
    CreateMemberInput,
    CreateMemberPayload,
    UpdateMemberInput,
    UpdateMemberPayload,
    entry_of,
    update_of,
)
from schema.relay import ConnectionOf, connection_of
from schema.selection import asks_for_total
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
) -> ConnectionOf:
    """The organisation's members, by name."""
    found = await page_of_members(
        info.context.require_viewer(),
        PageRequest(first, after, last, before),
        search=search,
        assignable_only=assignable_only,
        count=asks_for_total(info),
    )
    return connection_of(found, Member)


async def create_member(
    info: Info, given: Annotated[CreateMemberInput, strawberry.argument(name="input", description="The entry.")]
) -> CreateMemberPayload:
    """Add a member."""
    made: Any = await member_changes.create_member(info.context.require_viewer(), entry_of(given))
    return CreateMemberPayload(member=made)


async def update_member(
    info: Info, given: Annotated[UpdateMemberInput, strawberry.argument(name="input", description="The entry.")]
) -> UpdateMemberPayload:
    """Change a member."""
    changed: Any = await member_changes.update_member(info.context.require_viewer(), update_of(given))
    return UpdateMemberPayload(member=changed)
