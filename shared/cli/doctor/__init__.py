"""`qiao doctor`: looks at what Qiao stands on, and says for each fault what to do."""
