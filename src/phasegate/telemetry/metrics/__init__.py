"""What is counted of events: families, series over time, and what may be counted at all."""
