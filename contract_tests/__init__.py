"""Contract tests for booking APIs: checks any implementation against the same OpenAPI documents and rules.

This package never imports `mockserver`: whoever tests a real deployment needs none of the mock.

Floors, imports only point down:

    cli                   options, exit codes
    reports               what a person or a CI system reads
    suites                what is run: `conformance` drives Schemathesis
    checks                what an answer is judged by
    targets, results      where it runs; what came of it
    contracts, findings   the documents; one broken promise
    problems              why a run cannot start
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
