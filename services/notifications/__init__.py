"""Notifications: adding them to inboxes, listing them, and the subscriptions that deliver them.

The email for a notification is enqueued by ``mail_queue`` and sent by ``mail``. May import from ``accounts`` (for the
sessions of subscriptions), ``mail_queue``, ``paging``, ``row_selection``, ``visibility``, ``viewer`` and ``kernel``.
"""
