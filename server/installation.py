"""What the settings mean to the rules: the installation, and how mail leaves it."""

from server.settings import Settings, state_directory
from services.installation import Installation
from services.mailer import FolderMailer, Mailer
from services.smtp_mailer import SmtpMailer


def installation_of(settings: Settings) -> Installation:
    """The installation that the settings describe."""
    return Installation(
        secret=settings.secret,
        edit_url=settings.edit_url,
        mail_from=settings.mail_from,
        public_url=settings.public_url,
    )


def mailer_of(settings: Settings) -> Mailer:
    """How mail leaves: by SMTP, or as files where no server is named."""
    smtp = settings.smtp
    if smtp is None:
        state_directory(settings.folder)
        return FolderMailer(settings.mail_folder)
    return SmtpMailer(host=smtp.host, port=smtp.port, username=smtp.user, password=smtp.password, tls=smtp.tls)
