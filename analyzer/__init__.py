"""gatherscope: offline analysis of OpenShift must-gather archives, for the network."""

__version__ = "0.3.0"
