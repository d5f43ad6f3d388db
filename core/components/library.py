"""Where the components are registered as template tags; `{% load ui %}` has them all."""

from django import template

register = template.Library()
