"""From a feed's URL to entries: fetch, parse, text, OPML."""
