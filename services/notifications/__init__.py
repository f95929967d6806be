"""Notifications: adding one to an inbox, the list of them, and the subscriptions that deliver them.

The mail that goes with a notification is enqueued by ``mail_queue`` and sent by ``mail``. May use ``accounts`` (for the
session behind a subscription), ``mail_queue``, ``paging``, ``rows``, ``visibility``, ``viewer`` and the kernel.
"""
