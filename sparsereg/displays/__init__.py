"""Pictures of paths, of the choice of the penalty, and of what a penalty does; matplotlib is imported on use."""

from .cv import CVDisplay
from .path import PathDisplay

__all__ = ["CVDisplay", "PathDisplay"]
