"""What is assumed before the own library of finished projects knows better: data, each with where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

KAHNEMAN = "Reference class forecasting: Kahneman and Tversky 1979; Lovallo and Kahneman, HBR 2003."
FLYVBJERG = "Flyvbjerg and Budzier, HBR 2011: 18% of IT projects are outliers, with a mean cost of 447% over plan."
OURS = "An assumption of this house, to be recalibrated on finished projects."
PERT = "Malcolm, Roseboom, Clark and Fazar 1959; as a beta distribution Vose 2008, Risk Analysis."


def _table(values: dict[int, float]) -> Mapping[int, float]:
    return MappingProxyType(values)


def _prior(value: Any, source: str) -> Any:
    return field(default_factory=lambda: value, metadata={"source": source})


@dataclass(frozen=True)
class Priors:
    """The numbers that the formulas take. `finished` is how many finished projects they were recalibrated on."""

    multipliers: Mapping[int, float] = _prior(_table({-1: 0.9, 0: 1.0, 1: 1.12, 2: 1.35, 3: 1.75}), OURS)
    decay: float = _prior(0.7, OURS + " Differences overlap, so each further one counts less.")
    unknown: int = _prior(2, "What nobody knows counts as much harder: " + OURS)
    similarities: Mapping[int, float] = _prior(_table({-1: 1.0, 0: 1.0, 1: 0.8, 2: 0.5, 3: 0.2}), OURS)

    most_optimism: float = _prior(1.5, KAHNEMAN + " The limit is ours.")
    probe_from: int = _prior(2, OURS)
    spike_from: int = _prior(3, OURS)
    most_unknown: int = _prior(2, OURS)
    dispute_from: int = _prior(2, OURS)

    pert_weight: float = _prior(4.0, PERT)
    tail_share: float = _prior(0.18, FLYVBJERG)
    tail_start: float = _prior(1.5, FLYVBJERG + " Where the tail begins is ours.")
    tail_shape: float = _prior(1.378, FLYVBJERG + " A Pareto tail whose mean is 5.47.")
    tail_cap: float = _prior(30.0, OURS)
    body_median: float = _prior(1.05, OURS)
    body_spread: float = _prior(0.17, OURS + " Standard deviation of the logarithm.")

    least_buildable: float = _prior(0.8, OURS + " The P80 of reference class forecasting.")
    least_worthwhile: float = _prior(0.7, OURS)
    most_drifted: float = _prior(0.1, OURS + " By more than a tenth, an approval of what was promised no longer holds.")
    hurdle: float = _prior(1.0, "Marginal benefit has to cover marginal cost.")
    events_per_variable: int = _prior(10, "Peduzzi, Concato, Kemper, Holford and Feinstein 1996, J Clin Epidemiol.")
    most_moved: float = _prior(0.25, "Standardised difference of means: Rubin 2001, Health Serv Outcomes Res Methodol.")
    discount_rate: float = _prior(0.0, "None: years count alike, as in the formula of the yearly cost.")

    shrinkage: float = _prior(12.0, "Empirical Bayes: n/(n+k), Efron and Morris 1975; k is ours.")
    finished: int = 0

    def __str__(self) -> str:
        if not self.finished:
            return "based on the default"
        return f"based on {self.finished} finished project{'s' if self.finished != 1 else ''} and the default"

    @classmethod
    def sources(cls) -> dict[str, str]:
        """Where each number comes from."""
        return {one.name: one.metadata["source"] for one in fields(cls) if "source" in one.metadata}

    def learnt(self) -> dict[str, Any]:
        """What finished projects have changed, as plain JSON."""
        table = {str(level): value for level, value in sorted(self.multipliers.items())}
        return {"multipliers": table, "decay": self.decay, "finished": self.finished}

    @classmethod
    def after(cls, learnt: Mapping[str, Any] | None) -> "Priors":
        """The default, with what finished projects have changed."""
        if not learnt:
            return DEFAULT
        table = _table({int(level): value for level, value in learnt["multipliers"].items()})
        return cls(multipliers=table, decay=learnt["decay"], finished=learnt["finished"])


DEFAULT = Priors()
