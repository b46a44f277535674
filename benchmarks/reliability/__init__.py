"""Kills, faults, stops, overload and long days: what is left of a call then."""
