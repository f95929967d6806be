"""Time-based one-time passwords (RFC 6238): six digits, steps of 30 seconds, HMAC-SHA-1, as every app supports them."""

import re

SECRET_CHARACTERS = 32
"""The length of a secret in base32: 160 bits, the size of an SHA-1 hash, as RFC 4226 recommends."""
STEP_TOLERANCE = 1
"""How many steps a device's clock may be slow or fast, beyond the current one."""

_CODE = re.compile(r"[0-9]{6}")  # the library would take digits of other scripts too


def new_secret() -> str:
    """Return a random secret in base32."""
    from pyotp import random_base32

    return random_base32(SECRET_CHARACTERS)


def provisioning_uri(secret: str, *, account: str, issuer: str) -> str:
    """Return the ``otpauth:`` address of a secret, which clients show as a QR code."""
    from pyotp import TOTP

    return TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def step_of_code(secret: str, code: str, *, now: float) -> int | None:
    """Return the time step of a code, or None if it is of no step around ``now``, in seconds since the epoch."""
    from pyotp import TOTP
    from pyotp.exceptions import OTPVerificationError

    if not _CODE.fullmatch(code):
        return None
    try:
        return TOTP(secret).verify_and_get_timecode(code, for_time=now, valid_window=STEP_TOLERANCE)
    except OTPVerificationError:
        return None
