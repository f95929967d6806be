"""Members and their accounts: sessions, passwords, limits on guessing, and which members may be assignees.

What a member may see is in ``visibility``; the mails to members are enqueued by ``mail_queue`` and composed in ``mail``,
which stands above this package. May use ``paging``, ``audit``, ``mail_queue``, ``forms`` (for formats), ``visibility``,
``viewer``, ``installation`` and the kernel.
"""
