"""Pages for people: one design system, two languages, no script needed.

Templates, components, styles and their catalogues lie here; a service adds its own pages beside them.
"""
