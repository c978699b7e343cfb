"""The sandbox's own API under `/_sandbox`: sandboxes, clocks, journals, state, webhooks. Described by
`openapi/control/openapi.yaml`, served by the same pipeline as every other API.
"""
