"""The posts of an organisation: what at least one active member must always be or have, or nobody could give it back.

An organisation without an administrator cannot appoint another, and one without a manager of members or settings cannot
grant the role. Callers hold ``lock_organisation``, so that of two members who dismiss each other at once one fails.
"""

from collections.abc import Collection
from enum import StrEnum

from models import Member, MemberKind, Role
from models.database import fetch
from services.kernel.words import quote_enum


class Post(StrEnum):
    """A post, by the name of the kind of member or role that it stands for."""

    ADMINISTRATOR = MemberKind.ADMINISTRATOR.value
    MANAGE_MEMBERS = Role.MANAGE_MEMBERS.value
    MANAGE_SETTINGS = Role.MANAGE_SETTINGS.value


_SELECT_OTHERS = """
SELECT DISTINCT held.name FROM member m, unnest(m.roles || m.kind::text) AS held(name)
WHERE m.organisation_id = $1 AND m.id <> $2 AND m.active AND held.name = ANY($3::text[])
"""


def posts_of(kind: str, roles: Collection[str], *, active: bool) -> tuple[Post, ...]:
    """Return the posts that a member with this kind and these roles holds; an inactive one holds none."""
    return tuple(post for post in Post if active and (post == kind or post in roles))


def posts_of_member(member: Member) -> tuple[Post, ...]:
    """Return the posts that a member holds."""
    return posts_of(member.kind, member.roles, active=member.active)


async def held_by_nobody_else(member: Member, posts: Collection[Post]) -> tuple[Post, ...]:
    """Return those of the posts that no other active member of the organisation holds."""
    if not posts:
        return ()
    rows = await fetch(_SELECT_OTHERS, member.organisation_id, member.id, [post.value for post in posts])
    held = {row["name"] for row in rows}
    return tuple(post for post in posts if post not in held)


def last_holder_message(name: str, posts: Collection[Post]) -> str:
    """Return why the member of this name must keep these posts, of which there is at least one, and stay active."""
    return " ".join(
        f"{name} is the last active administrator."
        if post is Post.ADMINISTRATOR
        else f"{name} is the last active member with the role {quote_enum(post)}."
        for post in posts
    )
