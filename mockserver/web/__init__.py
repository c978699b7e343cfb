"""What happens to every request, in this order:

    gate          find the API, read the credential, find the sandbox, open the journal entry
    Connexion     error handlers
    routing       the operation, as the OpenAPI document says
    security      the credential the operation demands; rate limits
    operations    parameters and body, the operation itself, its reply checked against the document
    gate          headers every reply has, close the journal entry

Everything that can be compiled is compiled at start, per operation.
"""

import warnings

with warnings.catch_warnings():
    # Connexion 3.3 imports two things that their owners mean to replace: Starlette's test client, which says httpx will
    # give way to httpx2, and jsonschema's way to resolve references. A user can mend neither, so neither is shown, at this one import.
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
    warnings.filterwarnings("ignore", message=r"jsonschema\.(RefResolver|exceptions\.RefResolutionError) is deprecated")
    import connexion  # noqa: F401 - imported here first, so that nobody else sees the warnings
