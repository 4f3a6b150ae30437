"""Settings of Sphinx: python -m sphinx doc build/doc, with the extra `doc` installed."""

from sparsereg import __version__

project = "sparsereg"
author = "the sparsereg developers"
copyright = "2026, the sparsereg developers"
version = release = __version__
extensions = ["sphinx.ext.autodoc", "numpydoc"]
html_theme = "alabaster"
# The methods are in the text of each class; a page for each would only repeat them.
numpydoc_show_class_members = False
