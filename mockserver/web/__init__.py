"""What happens to every request, in this order:

    gate          find the API, read the credential, find the sandbox, open the journal entry
    arming        where rules are armed or something is preferred: what happens before the stack, and after it
    stack         what follows, in order; whatever goes wrong becomes a reply in the form of the API
    routing       the operation, as the OpenAPI document says
    security      the credential the operation demands; rate limits
    operations    parameters and body, the operation itself, once if it has a key, its reply checked against the document
    gate          headers every reply has, its id among them; close the journal entry

Everything that can be compiled is compiled per operation, when an API is first asked or before.
"""

import warnings

from mockserver.lean_imports import all_left_out

_UNUSED = {
    "connexion.apps.flask": ("FlaskApi", "FlaskApp"),
    "connexion.frameworks.flask": ("Flask",),
    "httpx": (),
    "jinja2": (),
    "requests": (),
    "starlette.templating": ("Jinja2Templates",),
    "starlette.testclient": ("TestClient",),
    "werkzeug.serving": ("run_simple",),
    "werkzeug.test": ("Client",),
}
"""Modules that Connexion imports and nothing here needs, each with the names that are asked of it."""

with all_left_out(_UNUSED), warnings.catch_warnings():
    # Connexion 3.3 still takes jsonschema's old way to resolve references. A user cannot mend that, so it is not shown.
    warnings.filterwarnings("ignore", message=r"jsonschema\.(RefResolver|exceptions\.RefResolutionError) is deprecated")
    import connexion  # noqa: F401 - imported here first: before anything else imports a part of it
