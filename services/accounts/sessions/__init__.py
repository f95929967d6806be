"""Sessions: opening and refreshing them, authenticating by their tokens, listing and ending them.

Also what is known of the client that opens one: its address, and the device by which it is recognised. How somebody proves
who they are is decided elsewhere, so nothing of ``accounts`` is imported here.
"""
