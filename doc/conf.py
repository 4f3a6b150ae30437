"""Settings of Sphinx: `python -m sphinx -W -n doc build/doc`, with the extra `doc` installed.

The gallery (examples/) is run by the build; the pages made of it and of the docstrings lie in gallery/ and reference/,
which git ignores. A finished page loads nothing from the network.
"""

import os
import sys
from pathlib import Path

# The examples run on as many threads as their data are worth: two, whatever the machine.
os.environ.setdefault("OMP_NUM_THREADS", "2")
sys.path.insert(0, str(Path(__file__).parent))  # shared by the examples: figures.py

import figures

from sparsereg import __version__

project = "sparsereg"
author = "the sparsereg developers"
copyright = "2026, the sparsereg developers"
version = release = __version__
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx-mathjax-offline",
    "numpydoc",
    "sphinx_gallery.gen_gallery",
    "matplotlib.sphinxext.plot_directive",
]
templates_path = ["_templates"]
exclude_patterns = ["examples"]
default_role = "literal"  # docstrings name parameters in single backticks

html_theme = "furo"
html_title = f"sparsereg {version}"
html_static_path = ["_static"]
html_css_files = ["sparsereg.css"]
html_theme_options = {
    "top_of_page_buttons": [],
    "light_css_variables": {
        "color-brand-primary": "#1b5e8c",
        "color-brand-content": "#1b5e8c",
    },
    "dark_css_variables": {
        "color-brand-primary": "#7fbfe6",
        "color-brand-content": "#7fbfe6",
    },
}

autosummary_generate = True
autodoc_typehints = "none"  # types are in the text, with their shapes
# The methods are in the text of each class; a page for each would only repeat them.
numpydoc_show_class_members = False

plot_formats = [("png", 150)]
plot_html_show_formats = plot_html_show_source_link = False
plot_include_source = True
plot_rcparams = figures.STYLE
plot_apply_rcparams = True

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "gallery_dirs": "gallery",
    "ignore_pattern": r"realdata\.py",
    "within_subsection_order": "FileNameSortKey",
    "reset_modules": ("matplotlib", "figures.apply"),
    "doc_module": ("sparsereg",),
    "backreferences_dir": "gallery/backreferences",
    "abort_on_example_error": True,
    "show_memory": False,
    "write_computation_times": False,  # its page loads scripts from the network
    "show_signature": False,
    "remove_config_comments": True,
    "download_all_examples": False,
    "image_srcset": ["2x"],
}
