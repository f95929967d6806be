"""The load: requests over kept-alive connections, and events over WebSockets, from a process of its own."""
