"""The roles that single sign-on gives a member, as far as it may."""

from collections.abc import Collection

from models import Member, Role
from services.accounts.posts import held_by_nobody_else, posts_of, posts_of_member


async def assignable_roles(member: Member, roles: Collection[Role]) -> list[str]:
    """Return the stored form of roles, with those that the organisation would otherwise be without.

    Groups are changed at the provider, where nobody sees that a member is the last one who can manage the others.
    """
    values = {role.value for role in roles}
    lost = set(posts_of_member(member)) - set(posts_of(member.kind, values, active=member.active))
    kept = values | {post.value for post in await held_by_nobody_else(member, lost)}
    return [role.value for role in Role if role.value in kept]
