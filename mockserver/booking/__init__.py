"""The trade itself: capacity, lifecycles, deadlines, money. Pure: no HTTP, no SQL, no clock, no vendor's word."""
