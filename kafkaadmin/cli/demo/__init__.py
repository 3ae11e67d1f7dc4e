"""`kafkaadmin demo`: offsets of many groups read at a steady pace while their coordinators go away under the reader.

`scenario` is the cluster and what happens to it; `polling` reads; `measurements`, `narration` and `report` say, without
I/O and without a clock, what was seen; `journal` keeps it; `live_view` and `plain_view` show it; `stage` brings them
together.
"""

from kafkaadmin.cli.demo.stage import Demo, run_demo

__all__ = ["Demo", "run_demo"]
