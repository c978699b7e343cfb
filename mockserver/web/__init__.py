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
    # Importing Connexion 3.3 imports Starlette's test client, which warns that httpx will be replaced by httpx2. We use
    # no test client, and a user cannot mend it: this one warning, during this one import, is nobody's business.
    warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient`")
    import connexion  # noqa: F401 - imported here first, so that nobody else sees the warning
