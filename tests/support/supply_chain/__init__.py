"""The bill of materials and the licences of what is locked: ``make sbom`` and ``make licences``. Neither needs the network."""
