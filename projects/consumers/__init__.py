"""The live sockets: of one project, and of a page over several."""

from projects.consumers.portfolio import PortfolioConsumer
from projects.consumers.project import ProjectConsumer
from projects.consumers.several import SeveralProjectsConsumer

__all__ = ["PortfolioConsumer", "ProjectConsumer", "SeveralProjectsConsumer"]
