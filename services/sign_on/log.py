"""The log of sign-ons that failed: what an operator needs to mend a provider's settings, without what a person entered."""

import logging

from models import SignOnProvider

_log = logging.getLogger("trackers.sign_on")


def log_failure(provider: SignOnProvider, reason: str) -> None:
    """Log why a sign-on, or asking a provider again, has failed."""
    _log.warning("single sign-on of organisation %s failed: %s", provider.organisation_id, reason)
