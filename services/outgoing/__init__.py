"""Outgoing requests to addresses that others have named, such as providers', which must not reach the internal network.

Whoever names an address could otherwise have the server call what only it can reach: a database, another tenant's
service, or the metadata service of a cloud. What is requested belongs to the caller. ``transport`` imports httpx2, which
takes 10 MB with what uses it: import it where the first request is made. Imports nothing of the other services.
"""
