"""What is run, layer by layer. Each takes what it needs of a contract, a target and a plan, and answers results.

spec         the document itself
scripted     laws and bursts: scripted tests of written rules
lifecycle    a state machine beside a model
conformance  reads, or everything, by Schemathesis
timing       what answers took, against the profile's budgets
plans        what is run of all that, and who is told
"""
