"""Checks of providers, for ``trackers set-sign-on`` and ``trackers doctor``."""

from models import SignOnProvider
from services.installation import Installation
from services.sign_on.providers import make_client


async def check_provider(installation: Installation, issuer: str) -> str | None:
    """Return why a provider's metadata or keys cannot be had; None if they can."""
    from services.sign_on.openid.discovery import fetch_keys, fetch_metadata
    from services.sign_on.openid.errors import ProviderUnavailable

    try:
        metadata = await fetch_metadata(issuer, installation.sign_on_networks)
        await fetch_keys(metadata, installation.sign_on_networks)
    except ProviderUnavailable as error:
        return str(error)
    return None


async def check_all(installation: Installation) -> list[str]:
    """Return what is wrong with each provider that cannot be used, one line each."""
    from services.sign_on.openid.errors import ProviderUnavailable

    problems = []
    for provider in await SignOnProvider.all().select_related("organisation"):
        problem = await check_provider(installation, provider.issuer)
        try:
            make_client(installation, provider)
        except ProviderUnavailable as error:
            problem = str(error)
        if problem is not None:
            problems.append(f"{provider.organisation.name}: {problem}")
    return problems
