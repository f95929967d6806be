"""Mail: composing, rendering and sending what is in the outbox, and the transports (SMTP, folder).

Adding a mail to the outbox is in ``mail_queue``, below the packages that have mails to send; so nothing here is
imported by them. May use ``accounts`` (for the tokens of links), ``visibility``, ``viewer``, ``installation`` and the
kernel.
"""
