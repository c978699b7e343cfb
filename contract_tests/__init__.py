"""Contract tests for booking APIs: checks any implementation against the same OpenAPI documents and rules.

This package never imports `mockserver`: whoever tests a real deployment needs none of the mock.

Floors, imports only point down:

    cli                       options, exit codes
    deployments               from what was typed to what is tested
    runs                      layer by layer, to a verdict
    suites/  reports/         what is run; what a person or a CI system reads
    apis/<api>/               what is known of one API: its steps, its laws, its model
    laws/                     what a law is; what all APIs are asked alike
    scenes/                   where a test plays: worlds, requests, answers, guards
    checks/                   what an answer is judged by, beside rules
    known  results            failures that are known; what came of a run
    profiles  targets         what a deployment offers; where it is
    contracts  findings       the documents; one broken promise
    wording  problems         answers in few words; why a run cannot start
"""

__all__ = ["__version__"]

__version__ = "0.1.0"
