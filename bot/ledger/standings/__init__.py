"""Where a claim stands on the evidence: the rule, its words and news, and the rows."""
