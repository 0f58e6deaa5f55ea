"""What the evidence says, for people: the report of one departure, of a span of time, and the exit letter."""
