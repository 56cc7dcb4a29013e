"""Who takes part: orgs, tills, customers with their identifiers, groups with their members."""
