"""Mail: the outbox of mails to send, the worker that sends them, their texts, and SMTP.

Who is told of what is in ``notifications``. May use ``accounts`` (for the tokens of links), ``visibility`` and the kernel.
"""
