"""Throughput and cost of Heed and of its peers on the same topic; README.md says how."""
