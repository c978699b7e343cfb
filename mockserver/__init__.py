"""A stateful sandbox of booking APIs: it runs out of places, expires holds and refuses late cancellations."""

__all__ = ["__version__"]

__version__ = "0.1.0"
