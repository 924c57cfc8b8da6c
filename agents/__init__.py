"""What is decided: the Faust agent of customers, and the pure logic that it calls."""
