"""Telling what an upgrade did to employers, programmes and groups of the same name."""

from collections.abc import Sequence

from models import NameMerge

_KINDS = {"employer": "employer", "programme": "programme", "learner_group": "group"}


async def describe_name_merges() -> Sequence[str]:
    """Return a sentence for each employer, programme and group that an upgrade merged or renamed."""
    merges = NameMerge.all().select_related("organisation").order_by("organisation__name", "kind", "old_id")
    return [_describe(merge) for merge in await merges]


def _describe(merge: NameMerge) -> str:
    subject = f"{merge.organisation.name}: the {_KINDS[merge.kind]} “{merge.old_name}”"
    if merge.old_id != merge.new_id:
        return f"{subject} was merged into “{merge.new_name}”."
    return (
        f"{subject} has the name of another with a different employer number. "
        f"It was not merged, and is now “{merge.new_name}”."
    )
