"""The long-running `leaver run`: departures at their moment, by themselves.

It sleeps to the next moment, ends access directly, has Pulumi do the rest in a process of each client's own, and
reads back. Its only truth is the records and the directories.
"""
