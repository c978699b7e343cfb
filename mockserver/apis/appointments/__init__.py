"""The appointments API: one-to-one, group and recurring bookings, made by customers and by merchants."""
