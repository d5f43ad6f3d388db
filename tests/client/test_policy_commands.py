"""`throughline policy`: checking in CI, trying on the past, proposing, taking along."""

import json

import pytest

pytestmark = pytest.mark.slow

TEXT = """\
apiVersion: throughline/v1
kind: PolicyPack
metadata: {name: NAME}
gates:
  scope:
    standing_checks: listed
    checks:
      - {id: few_risks, label: Risks are few, require: risks.open < LIMIT}
"""


@pytest.fixture
def written(tmp_path, key):
    def write(limit, text=TEXT):
        file = tmp_path / "policy.yaml"
        file.write_text(text.replace("LIMIT", str(limit)).replace("NAME", f"p{key.lower()}"))
        return file

    return write


def test_check_says_whether_a_text_is_a_policy(lines, written):
    good = lines.viewer("policy", "check", written(5))
    wrong = lines.viewer("policy", "check", written("many"), code=1)

    assert good.stdout.endswith("policy.yaml is a policy.\n")
    assert "policy.yaml:8:69: require: there is no fact 'many'." in wrong.stdout


def test_check_says_where_ten_thousand_checks_are_too_many(lines, written):
    many = "".join(f"      - {{id: c{n}, require: scope.cost_high > 9.12345}}\n" for n in range(10_000))

    wrong = lines.viewer("policy", "check", written(5, TEXT + many), code=1)

    assert "policy.yaml:208:9: checks has at most 200 entries: got 10,001." in wrong.stdout


TESTS = """
tests:
  - {name: three, gate: scope, facts: {risks.open: 3}, expect: {met: true}}
  - {name: nine, gate: scope, facts: {risks.open: 9}, expect: {met: false}}
"""


def test_check_runs_the_tests_beside_it(lines, written):
    good = lines.viewer("policy", "check", written(5, TEXT + TESTS))
    failing = lines.viewer("policy", "check", written(2, TEXT + TESTS), code=1)

    assert good.stdout.endswith("policy.yaml is a policy; 2 of 2 tests pass.\n")
    assert "policy.yaml:11: test 'three': the gate is not met: few_risks is bad." in failing.stdout
    assert "1 of 2 tests pass" in failing.stdout


def test_check_says_what_it_decides_of_a_project(lines, written, key):
    met = lines.viewer("policy", "check", written(5), "--project", key)
    stopped = lines.viewer("policy", "check", written(0), "--project", key, code=1)

    assert "The scope gate is met; asks for nobody besides who passes it." in met.stdout
    assert "Risks are few" in stopped.stdout
    assert "is not met" in stopped.stdout
    assert json.loads(lines.viewer("policy", "check", written(5), "--project", key, "--json").stdout)["is_met"] is True
    lines.stranger("policy", "check", written(5), "--project", key, code=4)


def test_simulate_counts_and_fails_ci(lines, written):
    told = lines.owner("policy", "simulate", written(5))

    assert "It would have stopped 0 of the last" in told.stdout
    assert lines.owner.quiet("policy", "simulate", written(5), "--most", "0").strip() == "0"


def test_propose_and_export_are_the_same_text(lines, written, key):
    file = written(5)

    name = lines.scientist.quiet("policy", "propose", file).strip()

    assert name == f"p{key.lower()}/1"
    assert lines.viewer("policy", "export", *name.split("/")).stdout == file.read_text()
    assert "light/1" in lines.viewer.quiet("policy", "list", "--limit", "0").split()
