"""Where in a contract something stands: the line of a rule, of an operation."""

from collections.abc import Iterator

import yaml

from contract_tests.contracts import contract_file
from contract_tests.findings import Finding

__all__ = ["Places"]


class Places:
    """
    Lines of one API's document, for reports that annotate it.

    Attributes:
        uri: The document, as a path from the root of the repository.
    """

    def __init__(self, api: str) -> None:
        self.uri = f"openapi/{api}/openapi.yaml"
        self._rules: dict[str, int] = {}
        self._operations: dict[str, int] = {}
        try:
            text = contract_file(api).read_bytes()
        except OSError:
            return  # a report without lines is better than none
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        for rule in _rules(root):
            self._rules[rule.value] = rule.start_mark.line + 1
        for path, item in _members(_member(root, "paths")):
            for method, _ in _members(item):
                self._operations[f"{method.value.upper()} {path.value}"] = method.start_mark.line + 1

    def of_rule(self, rule_id: str) -> int:
        """1 where the document has no such rule, as for operations: the first line stands for all of it."""
        return self._rules.get(rule_id, 1)

    def of_operation(self, label: str) -> int:
        return self._operations.get(label, 1)

    def of_finding(self, finding: Finding) -> int:
        return self._rules.get(finding.rule) or self.of_operation(finding.operation)


def _rules(root: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """The ids, of the whole API's rules and of each operation's."""
    owners = [root, *(each for _, item in _members(_member(root, "paths")) for _, each in _members(item))]
    for owner in owners:
        rules = _member(owner, "x-rules")
        for rule in rules.value if isinstance(rules, yaml.SequenceNode) else ():
            found = _member(rule, "id")
            if isinstance(found, yaml.ScalarNode):
                yield found


def _member(node: yaml.Node | None, name: str) -> yaml.Node | None:
    return next((value for key, value in _members(node) if key.value == name), None)


def _members(node: yaml.Node | None) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        yield from node.value
