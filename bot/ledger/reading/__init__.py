"""What people and other programs ask of the ledger: claims, reports, counts, exports, traces."""
