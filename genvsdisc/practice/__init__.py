"""What people do with a comparison: keep its models, predict, hold it to a rule, compare it with another one."""
