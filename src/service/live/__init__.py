"""The live view: tickets for its stream of events, and the files of its page."""
