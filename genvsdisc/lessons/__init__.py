"""Runnable claims of the course notes."""
