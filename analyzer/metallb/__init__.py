"""MetalLB: from a service's address to the prefix that a router learns."""
