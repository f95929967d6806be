"""Members and their accounts: sessions, passwords, second factors, throttling, and the choice of assignees.

What a member may see is decided in ``visibility``. Emails to members are enqueued by ``mail_queue``; the package
``mail``, which composes them, is a higher layer. May import from ``paging``, ``audit``, ``mail_queue``, ``forms`` (for
text formats), ``row_selection``, ``visibility``, ``viewer``, ``installation`` and ``kernel``.
"""
