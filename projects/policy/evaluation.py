"""What an expression says of facts: a value, or None where it depends on something unknown.

Total: for an expression that `checking` accepted and facts of the catalogue's types, it never raises and always ends.
Logic is Kleene's: false and unknown is false, true or unknown is true, else unknown stays unknown.
"""

from collections.abc import Callable

from projects.policy.functions import FUNCTIONS, INTERVALS, OF_THE_METRIC, USUAL_LEVEL, finite
from projects.policy.syntax import Binary, Call, Expression, Fact, Literal, Unary
from projects.policy.values import Estimate, Facts, Value


def both(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left: bool | None, right: bool | None) -> bool | None:
    return negated(both(negated(left), negated(right)))


def negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def evaluate(node: Expression, facts: Facts, *, metric: Value = None, has_metric: bool = False) -> Value:
    """`metric` is the estimate that a check speaks of."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Fact):
        return facts.get(node.name)

    def of(inner: Expression) -> Value:
        return evaluate(inner, facts, metric=metric, has_metric=has_metric)

    if isinstance(node, Unary):
        return _unary(node.operator, of(node.operand))
    if isinstance(node, Binary):
        return _binary(node.operator, of(node.left), of(node.right))
    return _call(node, [of(one) for one in node.arguments], metric=metric, has_metric=has_metric)


def _unary(operator: str, value: Value) -> Value:
    if value is None:
        return None
    return not value if operator == "not" else -value  # type: ignore[operator]  # checked: a number


def _binary(operator: str, left: Value, right: Value) -> Value:
    if operator in _LOGIC:
        return _LOGIC[operator](left, right)  # type: ignore[arg-type]  # checked: booleans
    if left is None or right is None:
        return None
    return _OPERATORS[operator](left, right)


def _call(node: Call, arguments: list[Value], *, metric: Value, has_metric: bool) -> Value:
    if node.name == "known":
        return arguments[0] is not None
    if node.name == "if_unknown":
        return arguments[1] if arguments[0] is None else arguments[0]
    function = FUNCTIONS[node.name]
    if has_metric and node.name in OF_THE_METRIC and not isinstance(next(iter(arguments), None), Estimate):
        arguments = [metric, *arguments]
    if node.name in INTERVALS and len(arguments) == 1:
        arguments = [*arguments, USUAL_LEVEL]
    return None if None in arguments else function.answer(*arguments)


def _divide(left: float, right: float) -> float | None:
    return finite(left / right) if right else None


_LOGIC: dict[str, Callable[[bool | None, bool | None], bool | None]] = {"and": both, "or": either}
_OPERATORS: dict[str, Callable[..., Value]] = {
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "+": lambda left, right: finite(float(left) + float(right)),
    "-": lambda left, right: finite(float(left) - float(right)),
    "*": lambda left, right: finite(float(left) * float(right)),
    "/": lambda left, right: _divide(float(left), float(right)),
}
