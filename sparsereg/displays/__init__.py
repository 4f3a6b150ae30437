"""Pictures of paths, of the choice of the penalty, and of what a penalty does; matplotlib is imported on use."""

from .cv import CVDisplay
from .geometry import GeometryDisplay
from .path import PathDisplay
from .shrinkage import ShrinkageDisplay

__all__ = ["CVDisplay", "GeometryDisplay", "PathDisplay", "ShrinkageDisplay"]
