"""``make bench``: what a cold start, a message, the minute's check and the zip cost. Figures of this machine, comparable only
with each other."""
