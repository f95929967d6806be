"""What can come of speaking with a provider. The messages are for the operator's log, and hold no values."""


class ProviderUnavailable(Exception):  # noqa: N818 - the provider's failure
    """Raised when a provider does not answer, or not as OpenID Connect says; trying again later may help."""


class ProviderRefused(Exception):  # noqa: N818 - the provider's decision
    """Raised when a provider refuses what it was asked, with its error code, such as ``invalid_grant``."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(f"the provider refused ({code})")


class InvalidToken(Exception):  # noqa: N818 - the token's fault
    """Raised for a token that is not to be trusted; the message names the check that it failed."""
