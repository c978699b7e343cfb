"""One isolated world: everything a reset resets. Seed, epoch, clock, ids, randomness, state, timers, journal, outbox.

Nothing else in the process remembers anything.
"""
