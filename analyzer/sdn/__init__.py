"""Joins over OpenShift SDN: its networks, the subnets of the nodes, their switch br0, routes, netfilter and logs."""
