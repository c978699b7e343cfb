"""What happens to every request, in this order:

    gate          find the API, read the credential, find the sandbox, open the journal entry
    Connexion     error handlers
    routing       the operation, as the OpenAPI document says
    security      the credential the operation demands; rate limits
    operations    parameters and body, the operation itself, its reply checked against the document
    gate          headers every reply has, close the journal entry

Everything that can be compiled is compiled at start, per operation.
"""
