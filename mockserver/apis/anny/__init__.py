"""anny: bookings of resources and services along their life, as JSON:API documents."""
