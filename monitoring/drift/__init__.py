"""Have the inputs of a model moved away from its training data? Pure: no Django.

Both sides are counts in the same bins (`experiments.tabular.bins`), so a check costs milliseconds whatever the traffic.
One statistic a file; `rule` decides, `confirm` asks for several windows in a row.
"""
