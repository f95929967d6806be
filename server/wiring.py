"""Factories for the objects that ``services`` need: the installation, the mailer and the file store."""

import os

from server.environment.variable import SettingsError
from server.settings import Settings
from server.state_directory import ensure_state_directory
from services.files.store import FileStore, bucket_store, folder_store
from services.installation import Installation
from services.mail.smtp import SmtpMailer
from services.mail.transport import FolderMailer, Mailer


def make_installation(settings: Settings) -> Installation:
    """Return the installation that the settings describe."""
    secret, *older_secrets = settings.signing_secrets()
    return Installation(
        secret=secret,
        older_secrets=tuple(older_secrets),
        edit_url=settings.edit_url,
        mail_from=settings.mail_from,
        public_url=settings.public_url,
        password_url=settings.password_url,
        passkey_domain=settings.passkey_domain,
        app_origins=settings.allowed_origins,
        sign_on_networks=settings.sign_on_networks,
    )


def make_mailer(settings: Settings) -> Mailer:
    """Return the mailer, which uses SMTP or, if no mail server is configured, writes files."""
    smtp = settings.smtp
    if smtp is None:
        ensure_state_directory(settings.state_dir)
        return FolderMailer(settings.mail_folder)
    return SmtpMailer(
        host=smtp.host, port=smtp.port, username=smtp.user, password=smtp.password, tls=smtp.tls, verify=smtp.verify
    )


def make_file_store(settings: Settings) -> FileStore:
    """Return the file store, which is a bucket or, if none is configured, a directory. Raises SettingsError."""
    if settings.files_url is None:
        ensure_state_directory(settings.state_dir)
        try:
            return folder_store(settings.files_folder)
        except OSError as error:
            raise SettingsError(f"The folder for files cannot be used: {error}") from error
    endpoint = os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
    try:
        return bucket_store(settings.files_url, allow_http=endpoint.startswith("http://"))
    except Exception as error:
        raise SettingsError(f"The bucket of TRACKERS_FILES_URL cannot be used: {type(error).__name__}") from None
