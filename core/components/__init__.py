"""The components of the design system as template tags. docs/design.md shows each with an example.

Small ones that lists repeat hundreds of times are built here; the larger ones have a template in templates/ui.
"""
