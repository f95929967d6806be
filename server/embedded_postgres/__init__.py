"""The PostgreSQL that runs as a child of this process where no database is configured.

``server`` starts and stops it. May use nothing else of the project.
"""
