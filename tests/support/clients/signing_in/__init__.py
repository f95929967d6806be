"""Clients that sign in: with passwords and links from emails, with second factors, and with tokens that expire soon."""
