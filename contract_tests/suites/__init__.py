"""What is run, layer by layer. Each takes what it needs of a contract, a target and a plan, and answers results.

spec         the document itself
scripted     laws and bursts: scripted tests of written rules
lifecycle    a state machine beside a model
misreading   whether what stumbled met a bad answer, or is the kit's own fault
conformance  reads, or everything, by Schemathesis
timing       what answers took, against the profile's budgets
plans        what is run of all that, and who is told
"""
