"""Matplotlib's backend in a live cell: `show` gives the page its figures."""
import runner
from matplotlib.backends.backend_svg import FigureCanvas  # noqa: F401


def show(*args, **kwargs):
    runner.show_figures()
