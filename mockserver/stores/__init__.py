"""Where changes are kept. Each module implements `booking.ports.Store`; one test suite runs over all of them."""
