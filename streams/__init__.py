"""How it moves: Kafka, clocks and disks. Knows no signal and no business word.

Give it a `Logic`, topics and a state codec (`streams.contract`), and it runs that logic over the
partitions of a topic, exactly once.
"""
