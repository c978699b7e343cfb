"""Bugs on purpose, to see whether a test notices.

They are put on when the server starts (`mockserver serve API --defect NAME`) and taken off by nobody but a test. No line
outside this folder knows of any of them.

    bug         what a bug is: its name, what it does wrong, where it can show
    planting    the ways in which one can be put on: around a function, an operation, a request, a response
    meddling    requests and responses that are changed
    swapping    how a function is given another body
    operators/  bugs that are made: each operator is a few lines for all APIs
    curated/    bugs that are written by hand
    catalogue   which there are
"""
