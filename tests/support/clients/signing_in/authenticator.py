"""A software authenticator: what a browser and a device do when a passkey is made or used (WebAuthn level 3)."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
Json: TypeAlias = dict[str, Any]

USER_PRESENT, USER_VERIFIED, HAS_CREDENTIAL = 1, 4, 64
VERIFIED = USER_PRESENT | USER_VERIFIED
ALGORITHMS = {"ES256": -7, "RS256": -257, "EdDSA": -8}


@dataclass
class Passkey:
    """A passkey as its device keeps it; ``sign_count`` None is that of a device that does not count."""

    key: PrivateKey
    domain: str
    user_handle: bytes
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    sign_count: int | None = 0

    def copy(self) -> "Passkey":
        """Return what a thief has who copies the device."""
        return replace(self)


def create(
    options: str, origin: str, *, algorithm: str = "ES256", flags: int = VERIFIED, **passkey: Any
) -> tuple[Passkey, str]:
    """Make a passkey with the options of ``beginPasskey``; return it, and what the page sends to ``addPasskey``."""
    offered: Json = json.loads(options)
    assert ALGORITHMS[algorithm] in [parameter["alg"] for parameter in offered["pubKeyCredParams"]]
    made = Passkey(new_key(algorithm), offered["rp"]["id"], decode(offered["user"]["id"]), **passkey)
    credential = len(made.credential_id).to_bytes(2) + made.credential_id + public_key(made.key)
    data = _authenticator_data(made, flags | HAS_CREDENTIAL) + bytes(16) + credential
    response = {
        "clientDataJSON": _client_data("webauthn.create", offered["challenge"], origin),
        "attestationObject": encode(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
    }
    return made, _credential(made, response)


def use(passkey: Passkey, options: str, origin: str, *, flags: int = VERIFIED, **client_data: Any) -> str:
    """Sign the challenge of ``beginPasskeySignIn``; return what the page sends to ``signInWithPasskey``."""
    if passkey.sign_count is not None:
        passkey.sign_count += 1
    challenge = json.loads(options)["challenge"]
    signed = _client_data("webauthn.get", challenge, origin, **client_data)
    data = _authenticator_data(passkey, flags)
    response = {
        "clientDataJSON": signed,
        "authenticatorData": encode(data),
        "signature": encode(_sign(passkey.key, data + hashlib.sha256(decode(signed)).digest())),
        "userHandle": encode(passkey.user_handle),
    }
    return _credential(passkey, response)


def new_key(algorithm: str) -> PrivateKey:
    """Return a new private key for an algorithm of COSE."""
    if algorithm == "RS256":
        return rsa.generate_private_key(65_537, 2_048)
    return ec.generate_private_key(ec.SECP256R1()) if algorithm == "ES256" else ed25519.Ed25519PrivateKey.generate()


def public_key(key: PrivateKey) -> bytes:
    """Return the public key of a private one in COSE's form (RFC 9053)."""
    return cbor2.dumps(_cose(key))


def encode(data: bytes) -> str:
    """Encode bytes in base64url without padding."""
    return urlsafe_b64encode(data).decode().rstrip("=")


def decode(text: str) -> bytes:
    """Decode base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _client_data(kind: str, challenge: str, origin: str, **more: Any) -> str:
    return encode(json.dumps({"type": kind, "challenge": challenge, "origin": origin, **more}).encode())


def _authenticator_data(passkey: Passkey, flags: int) -> bytes:
    domain = hashlib.sha256(passkey.domain.encode()).digest()
    return domain + flags.to_bytes() + (passkey.sign_count or 0).to_bytes(4)


def _credential(passkey: Passkey, response: Json) -> str:
    credential_id = encode(passkey.credential_id)
    return json.dumps(
        {"id": credential_id, "rawId": credential_id, "type": "public-key", "response": response}
        | {"clientExtensionResults": {}, "authenticatorAttachment": "platform"}
    )


def _sign(key: PrivateKey, data: bytes) -> bytes:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(data, ec.ECDSA(SHA256()))
    return key.sign(data, padding.PKCS1v15(), SHA256()) if isinstance(key, rsa.RSAPrivateKey) else key.sign(data)


def _cose(key: PrivateKey) -> dict[int, int | bytes]:
    if isinstance(key, ec.EllipticCurvePrivateKey):
        point = key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)}
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.public_key().public_numbers()
        return {1: 3, 3: -257, -1: numbers.n.to_bytes(256), -2: numbers.e.to_bytes(3)}
    return {1: 1, 3: -8, -1: 6, -2: key.public_key().public_bytes_raw()}
