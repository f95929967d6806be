"""Members and their accounts: sessions, passwords, throttling of guesses, and who may be an assignee.

What a member may see is in ``visibility``; the mails that invite them are in ``mail``. May use ``paging``, ``audit``,
``forms`` (for formats) and the kernel.
"""
