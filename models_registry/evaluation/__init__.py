"""What a model that was trained elsewhere is judged and watched by, made from data of ours. Pure: no Django.

As a child: `python -m models_registry.evaluation`.
"""
