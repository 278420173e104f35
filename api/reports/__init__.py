"""Appraisal reports over HTTP: the 14 sections of a stored valuation."""
