"""The fault matrix: every call of the client, under every fault, at every moment, and what is to come of it.

`calls` has the calls, `faults` how each fault strikes at each moment (or why it can't), `expected` what is to come of
it, and why. `cells` puts the three together, and `running` plays a cell on FakeCluster.
"""
