"""The rows of what came in: feeds, hubs, essays, articles and verdicts; and what goes with age."""
