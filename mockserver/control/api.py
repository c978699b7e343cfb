from mockserver.apis.bundle import Api
from mockserver.apis.exchange import Reply
from mockserver.apis.identities import Caller, Identity
from doublebook_data import openapi_dir, read_yaml

def build(apis, sandboxes, *, token):
    spec = read_yaml(openapi_dir() / "control" / "openapi.yaml")
    return Api(name="control", title="Control plane", prefix="/_sandbox", spec=spec,
        operations={"getHealth": lambda call: Reply(200, {"status": "ok"})},
        identify=lambda headers: Identity(Caller("control")),
        render=lambda r: Reply(404, {"error": str(r)}), broken=lambda m: Reply(500, {"error": m}))
