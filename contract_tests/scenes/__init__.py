"""Where a test plays: a world to play in, an actor who asks, and everything that was said, kept for whoever has to see it.

scene       one test's world, its calls, what it expects and what it leaves
answers     what came, and how to judge it by a rule
sending     a request on its way: made by Schemathesis, guarded, kept, its answer held against the document
guards      never write to what the run neither made nor was given
worlds      one world for each test where the target can make some, else one for all
sandboxes   the control plane of our own sandbox
exchanges   one request and what came of it
"""
