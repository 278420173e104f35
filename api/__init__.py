"""How it is asked: everything that touches disk, clock, network or screen; imported by no other package."""
