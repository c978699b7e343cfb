"""One isolated world: everything a reset resets. Seed, epoch, clock, ids, randomness, state, timers, journal, outbox,
subscriptions, deliveries.

Nothing else in the process remembers anything.
"""
