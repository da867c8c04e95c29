"""Joins over the network of the nodes themselves: interfaces, routes, neighbors, kernel settings, MTU."""
