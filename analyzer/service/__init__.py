"""Joins over services, their endpoints and pods, and the routes that lead to them."""
