"""One module for each place that the navigation leads to; each has ``show(visit)``."""
