"""The data that is measured with, and the documents and variables that are sent."""
