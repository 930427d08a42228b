"""Videos and cameras: one answer per passing vehicle. It needs the extra ``video``."""
