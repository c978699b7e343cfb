"""What happens to every request, in this order:

    gate          find the API, read the credential, find the sandbox, open the journal entry
    stack         what follows, in order; whatever goes wrong becomes a reply in the form of the API
    routing       the operation, as the OpenAPI document says
    security      the credential the operation demands; rate limits
    operations    parameters and body, the operation itself, once if it has a key, its reply checked against the document
    gate          headers every reply has, its id among them; close the journal entry

Everything that can be compiled is compiled per operation, when an API is first asked or before.
"""

import warnings

from mockserver.lean_imports import left_out

with (
    warnings.catch_warnings(),
    left_out("starlette.testclient", TestClient=object),
    left_out("httpx"),
    left_out("requests"),
):
    # Connexion 3.3 still takes jsonschema's old way to resolve references. A user cannot mend that, so it is not shown.
    warnings.filterwarnings("ignore", message=r"jsonschema\.(RefResolver|exceptions\.RefResolutionError) is deprecated")
    import connexion  # noqa: F401 - imported here first: before anything else imports a part of it
