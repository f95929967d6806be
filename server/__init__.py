"""The doors: connections and processes."""
