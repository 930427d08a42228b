"""Public data sets: where they are, their licences, and how they become manifests."""
