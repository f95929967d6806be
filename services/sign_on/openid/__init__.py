"""OpenID Connect as a client speaks it: discovery, the exchange of codes and refresh tokens, and the check of tokens.

Its modules import authlib, joserfc, cryptography and httpx2, 11 MB in all, so everything else imports them where the first
sign-on needs them; ``errors`` alone imports nothing.
"""
