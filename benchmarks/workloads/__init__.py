"""What `operations` measures: one file for each API fills a sandbox with bookings, and lists what is asked of it.

filled    a sandbox with so many bookings, whichever API they are of, and what ReserveKit and stock have beside it
"""
