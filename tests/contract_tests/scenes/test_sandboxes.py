"""What the kit asks of a control plane, and what it tells people to ask."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from doubles import Client

from contract_tests.problems import CannotRun
from contract_tests.scenes.sandboxes import ControlPlane


def test_a_reset_is_a_command_that_holds_no_secret():
    for token, header in ((None, ""), ("s3cret", ' -H "Authorization: Bearer $MOCKSERVER_CONTROL_TOKEN"')):
        plane = ControlPlane("http://host:8080", token)

        assert plane.reset_command("a-1") == f"curl -X POST{header} http://host:8080/_sandbox/sandboxes/a-1/reset"
        plane.close()


def test_a_sandbox_that_has_another_name_is_no_deployment_without_a_control_plane(build):
    refusal = Client(build(allowed_hosts=())).get("/_sandbox/apis")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(refusal.status_code)
            self.end_headers()
            self.wfile.write(refusal.content)

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(CannotRun, match=r"start it with --allowed-hosts 127\.0\.0\.1"):
            ControlPlane.find(f"http://127.0.0.1:{server.server_port}")
