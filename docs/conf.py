"""How Sphinx builds the documentation: `make docs`.

The source folder is the root of the repository. So a link between a page, the README, a notebook and the log is the
same relative path in the built pages and on a code forge, and the strict build checks all of them.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("README.md", "README.ru.md", "data/README.md", "docs/*.md", "notebooks/LOG.md", "notebooks/*.ipynb")

project = "Number Plate"
author = "the authors of Number Plate"
copyright = "the authors of Number Plate, AGPL-3.0"
language = "en"

extensions = ["myst_nb"]
root_doc = "docs/index"
include_patterns = list(PAGES)
# Sphinx walks every folder that is not excluded, and those beside the pages hold pictures, weights and environments.
exclude_patterns = sorted(
    path.name for path in ROOT.iterdir() if path.name not in {page.split("/")[0] for page in PAGES}
)
exclude_patterns += ["data/[!R]*", "docs/_build", "docs/redirect", "notebooks/plates"]

nitpicky = True
highlight_language = "none"
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4
nb_execution_mode = "off"  # the notebooks are kept without outputs, and their tests run them

html_theme = "furo"
html_title = "Number Plate"
html_show_sourcelink = False
html_copy_source = False
html_show_sphinx = False
html_extra_path = ["redirect"]
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#1f5fbf", "color-brand-content": "#1f5fbf"},
    "dark_css_variables": {"color-brand-primary": "#8ab4f8", "color-brand-content": "#8ab4f8"},
}
