"""Public data sets: where they are, under which licence, and how they become manifests."""
