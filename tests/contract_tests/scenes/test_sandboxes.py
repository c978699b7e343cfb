"""What the kit asks of a control plane, and what it tells people to ask."""

from contract_tests.scenes.sandboxes import ControlPlane


def test_a_reset_is_a_command_that_holds_no_secret():
    for token, header in ((None, ""), ("s3cret", ' -H "Authorization: Bearer $MOCKSERVER_CONTROL_TOKEN"')):
        plane = ControlPlane("http://host:8080", token)

        assert plane.reset_command("a-1") == f"curl -X POST{header} http://host:8080/_sandbox/sandboxes/a-1/reset"
        plane.close()
