"""One read of an API that needs nothing but a caller, and whether a refusal of it has the form that its contract says."""

import httpx
from doubles import Client
from openapi_schema_validator import OAS30Validator

from mockserver.app import App


class OpenRead:
    """The first of the app's only API: a path without holes, for whoever the document lets in."""

    def __init__(self, app: App) -> None:
        (api,) = app.apis
        self.client = Client(app, base=api.base_path, headers={"Authorization": f"Bearer {api.personas[0].credential}"})
        self._contract = api.contract
        self._path, self._operation = next(
            (path, item["get"])
            for path, item in self._contract["paths"].items()
            if "get" in item and "{" not in path and item["get"].get("security") is None
        )
        self.id = self._operation["operationId"]

    def ask(self, sandbox: str = "default") -> httpx.Response:
        return self.client.get(self._path, headers={"X-Sandbox": sandbox})

    def ensure_form(self, refused: httpx.Response) -> None:
        response = self._operation["responses"][str(refused.status_code)]
        shape = response["content"][refused.headers["content-type"]]["schema"]
        OAS30Validator({"allOf": [shape], "components": self._contract["components"]}).validate(refused.json())
