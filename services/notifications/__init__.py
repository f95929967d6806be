"""Notifications: adding one to an inbox, the list of them, and the subscriptions that push them.

The mail that goes with a notification is in ``mail``. May use ``accounts`` (for the session behind a subscription),
``paging`` and the kernel.
"""
