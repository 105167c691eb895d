"""Build the documentation: ``python -m pip install ".[docs]" && sphinx-build -W docs docs/_build``."""

import os
import sys
import warnings
from pathlib import Path

import genvsdisc

sys.path.insert(0, str(Path(__file__).with_name("_ext")))
os.environ.setdefault("OMP_NUM_THREADS", "1")
warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")

project = "genvsdisc"
author = "The genvsdisc developers"
copyright = "The genvsdisc developers, BSD-3-Clause"
version = release = genvsdisc.__version__

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "links",
    "mathml",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "numpydoc",
    "myst_nb",
]
exclude_patterns = ["_build", "README.md", "_lessons.md", "gallery/*.ipynb", "**/.ipynb_checkpoints"]
templates_path = ["_templates"]
source_suffix = {".md": "myst-nb", ".rst": "restructuredtext"}
suppress_warnings = ["config.cache", "mystnb.unknown_mime_type"]

# Every cell of a page runs at each build, and one that raises fails it.
nb_execution_mode = "force"
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_merge_streams = True
myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 3

autosummary_generate = True
autodoc_typehints = "none"
numpydoc_show_class_members = False
numpydoc_validation_checks = set()

sphinx_gallery_conf = {
    "examples_dirs": "examples",
    "within_subsection_order": "FileNameSortKey",
    "gallery_dirs": "gallery",
    "filename_pattern": r"plot_",
    "download_all_examples": False,
    "remove_config_comments": True,
    "show_memory": False,
    "min_reported_time": 60,
    "abort_on_example_error": True,
    "doc_module": ("genvsdisc",),
    "backreferences_dir": "gallery/backreferences",
    "image_scrapers": ("matplotlib",),
    "plot_gallery": "True",
    "write_computation_times": False,  # its page asks other sites for scripts
}

html_theme = "pydata_sphinx_theme"
html_title = "genvsdisc"
html_math_renderer = "mathml"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_sidebars = {"lessons": []}  # it has no pages below it
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "show_toc_level": 2,
    "navigation_with_keys": False,
    "header_links_before_dropdown": 7,
    "secondary_sidebar_items": ["page-toc"],
}


def _list_lessons() -> str:
    """Write the lessons as a list, from the source that runs them, with what was found (a slow test runs them all)."""
    from genvsdisc.lessons import LESSONS

    lines = Path(__file__).with_name("findings.txt").read_text(encoding="utf-8").splitlines()
    found = {name: f"{word[0].upper()}{word[1:]}" for name, word in (line.split(": ", 1) for line in lines)}
    listed = [f"- **{each.title}** (`{each.name}`): {each.claim}. *{found[each.name]}.*" for each in LESSONS]
    return "\n".join(listed) + "\n"


def setup(_app: object) -> None:
    """Make the parts that are written by the package itself."""
    Path(__file__).with_name("_lessons.md").write_text(_list_lessons(), encoding="utf-8")
