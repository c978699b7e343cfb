"""Deliveries on their way to receivers: taken from the sandboxes that keep them, posted, noted.

Which events there are and what is sent is said by each API's `Webhooks`; what is due and what comes after a failure by
`sandbox/deliveries.py`. This room only carries.
"""
