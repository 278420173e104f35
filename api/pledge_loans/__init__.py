"""Pledge loans over HTTP: what happened to a loan, who may do what next, and what every party's books say."""
