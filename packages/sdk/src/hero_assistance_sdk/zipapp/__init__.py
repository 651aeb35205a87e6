"""How a sealed zipapp starts: its header, the tree it was unpacked to, and what happens when that is damaged.

Only the standard library is used here, and as little of it as possible: every start passes through `start`.
"""
