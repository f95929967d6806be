"""Single sign-on through an organisation's OpenID Connect provider.

A sign-on has three steps: ``attempts`` begins it and takes the provider's answer, ``completion`` exchanges that answer and
opens the session, for the member that ``matching`` finds or makes. ``continuation`` asks the provider again at each refresh,
``logout`` ends sessions for it, and ``operator_changes`` sets providers. What is spoken with the provider is in ``openid``.
May import from ``accounts``, ``encryption``, ``outgoing``, ``audit`` and what they use.
"""
