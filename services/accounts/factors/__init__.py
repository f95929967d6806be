"""Second factors: codes of authenticator apps (TOTP), passkeys (WebAuthn) and recovery codes, and their verification.

Nothing here knows of sessions: ``factor_additions``, ``sign_in``, ``passkey_sign_in`` and others use this package.
Cryptography and the libraries of the two standards are imported by the functions that need them, because an idle process
should not hold them in memory; what imports them runs in a thread.
"""
