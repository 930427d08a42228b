"""What a report on accuracy says."""
