"""The addresses beside ``/graphql``: files, health, metrics, the playground and the password page.

May use ``middleware``, ``protocol`` and ``observability``.
"""
