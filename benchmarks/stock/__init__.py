"""The baseline."""
