"""Bugs written by hand: subtle ones, those worth showing, and those that no operator can make. A package for each API."""
