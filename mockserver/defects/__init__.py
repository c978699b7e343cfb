"""Bugs on purpose: for each rule of a contract one that breaks it, to see whether a test notices.

They are wrappers, put on when the server starts (`mockserver serve API --defect RULE`) and taken off by nobody but a
test. No line outside this folder knows of any of them.

    planting     the ways in which a bug can be put on: around a function, an operation, a request, an answer
    catalogue    which there are
    <api>/       the bugs of one API, by theme
"""
