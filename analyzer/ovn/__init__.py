"""Joins over the databases of OVN-Kubernetes: whose they are, and how they and the cluster's objects agree."""
