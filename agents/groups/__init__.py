"""The groups agent: what is true of queues, branches, products, steps, employees and markets."""
