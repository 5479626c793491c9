"""The account of every claim: the store, stories and standings."""
