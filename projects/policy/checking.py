"""An expression against the catalogue of facts: what type it has, or what is wrong with it, and where."""

from difflib import get_close_matches

from projects.policy.functions import FUNCTIONS, INTERVALS, OF_ANY, OF_THE_METRIC, Function
from projects.policy.syntax import COMPARISONS, Binary, Call, Expression, ExpressionError, Fact, Literal, Unary
from projects.policy.values import Catalogue, Type

ROWS = "n"
"""What a condition on slices calls the number of a slice's rows."""


def type_of(node: Expression, catalogue: Catalogue, *, has_metric: bool = False, of_slices: bool = False) -> Type:
    """The type of the expression. Raises ExpressionError: an unknown fact or function, a wrong type.

    `of_slices`: a bare word is what was measured of a slice. Anybody may log any metric, so every word is one.
    """
    return _Checker(catalogue, has_metric, of_slices).of(node)


def bare_words(names: frozenset[str], catalogue: Catalogue) -> frozenset[str]:
    """Of the names in a condition on slices, those that are no facts."""
    return frozenset(name for name in names if "." not in name and name not in catalogue)


def fact_type(name: str, catalogue: Catalogue, at: int) -> Type:
    """Raises ExpressionError with the nearest names there are."""
    if name in catalogue:
        return catalogue[name]
    raise ExpressionError(f"there is no fact {name!r}.{_meant(name, list(catalogue))}", at)


def facts_in(node: Expression) -> frozenset[str]:
    """The names of the facts that it reads."""
    if isinstance(node, Fact):
        return frozenset({node.name})
    if isinstance(node, Unary):
        return facts_in(node.operand)
    if isinstance(node, Binary):
        return facts_in(node.left) | facts_in(node.right)
    return frozenset().union(*map(facts_in, node.arguments)) if isinstance(node, Call) else frozenset()


class _Checker:
    def __init__(self, catalogue: Catalogue, has_metric: bool, of_slices: bool) -> None:
        self.catalogue, self.has_metric, self.of_slices = catalogue, has_metric, of_slices

    def of(self, node: Expression) -> Type:
        if isinstance(node, Literal):
            return _literal(node)
        if isinstance(node, Fact):
            return self._fact(node)
        if isinstance(node, Unary):
            kind = Type.BOOLEAN if node.operator == "not" else Type.NUMBER
            return self._require(node.operand, kind, f"{node.operator!r} takes")
        return self._binary(node) if isinstance(node, Binary) else self._call(node)

    def _fact(self, node: Fact) -> Type:
        if self.of_slices and "." not in node.name and node.name not in self.catalogue:
            return Type.NUMBER if node.name == ROWS else Type.ESTIMATE
        return fact_type(node.name, self.catalogue, node.at)

    def _binary(self, node: Binary) -> Type:
        if node.operator in ("and", "or"):
            self._require(node.left, Type.BOOLEAN, f"{node.operator!r} joins")
            return self._require(node.right, Type.BOOLEAN, f"{node.operator!r} joins")
        if node.operator not in COMPARISONS:
            self._require(node.left, Type.NUMBER, f"{node.operator!r} takes")
            return self._require(node.right, Type.NUMBER, f"{node.operator!r} takes")
        left = self.of(node.left)
        if left is not Type.NUMBER and (
            node.operator not in ("==", "!=") or left in (Type.TEXTS, Type.ESTIMATE, Type.SLICES)
        ):
            raise ExpressionError(f"{node.operator!r} cannot compare {left}{_hint(left)}.", node.left.at)
        self._require(node.right, left, f"{node.operator!r} compares {left} with")
        return Type.BOOLEAN

    def _call(self, node: Call) -> Type:
        if node.name == "known":
            self._require_arguments(node, 1, 1)
            self.of(node.arguments[0])
            return Type.BOOLEAN
        if node.name == "if_unknown":
            self._require_arguments(node, 2, 2)
            return self._require(node.arguments[1], self.of(node.arguments[0]), "the second value is as the first:")
        function = FUNCTIONS.get(node.name)
        if function is None:
            raise ExpressionError(
                f"there is no function {node.name!r}.{_meant(node.name, [*FUNCTIONS, *OF_ANY])}", node.at
            )
        return self._known_call(node, function)

    def _known_call(self, node: Call, function: Function) -> Type:
        takes = function.takes
        # Each argument is typed once: typed twice at every level, one that nests would take exponentially long.
        kinds = [self.of(one) for one in node.arguments]
        if self.has_metric and node.name in OF_THE_METRIC and kinds[:1] != [Type.ESTIMATE]:
            takes = takes[1:]
        names_no_level = node.name in INTERVALS and len(node.arguments) == len(takes) - 1
        if names_no_level:
            takes = takes[:-1]
        self._require_arguments(node, len(takes), 32 if function.is_open else len(takes))
        for index, (argument, found) in enumerate(zip(node.arguments, kinds, strict=True)):
            _require_kind(argument, found, takes[min(index, len(takes) - 1)], f"{node.name} takes")
        if node.name in INTERVALS and not names_no_level:
            _require_level(node.arguments[-1])
        return function.gives

    def _require(self, node: Expression, kind: Type, what: str) -> Type:
        return _require_kind(node, self.of(node), kind, what)

    def _require_arguments(self, node: Call, least: int, most: int) -> None:
        if not least <= len(node.arguments) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise ExpressionError(f"{node.name} takes {wanted} values: got {len(node.arguments)}.", node.at)


def _require_kind(node: Expression, found: Type, kind: Type, what: str) -> Type:
    if found is not kind:
        raise ExpressionError(f"{what} {kind}: this is {found}{_hint(found)}.", node.at)
    return kind


def _literal(node: Literal) -> Type:
    if isinstance(node.value, bool):
        return Type.BOOLEAN
    return Type.TEXT if isinstance(node.value, str) else Type.NUMBER


def _require_level(node: Expression) -> None:
    if not isinstance(node, Literal) or not isinstance(node.value, float) or not 0 < node.value < 1:
        raise ExpressionError("the level is a number between 0 and 1, such as 0.95.", node.at)


def _hint(kind: Type) -> str:
    if kind is Type.SLICES:
        return "; say each: {slices: {}} beside a condition on one"
    return "; say ci_low, ci_high or estimate of it" if kind is Type.ESTIMATE else ""


def _meant(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=3)
    return f" Did you mean {', '.join(near)}?" if near else ""
