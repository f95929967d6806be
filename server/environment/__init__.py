"""The environment variables of an installation, with the format, default and meaning of each.

``server.settings`` reads them, and ``server.settings_reference`` renders ``docs/settings.md`` from them. Parsers of addresses
are in ``server.setting_values``. May import from that and from ``limits``.
"""
