"""Email: composing, rendering and sending the emails of the outbox, and the transports (SMTP and directory).

Emails are added to the outbox by ``mail_queue``, a lower layer that the packages with emails to send may import. May
import from ``accounts`` (for the tokens in links), ``visibility``, ``viewer``, ``installation`` and ``kernel``.
"""
