"""ReserveKit v1: services, weekly time slots with a capacity, bookings with a customer each.

Sources and assumptions: `openapi/reservekit/SOURCES.md`.
"""
