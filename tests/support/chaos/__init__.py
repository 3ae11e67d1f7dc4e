"""`make chaos`: real brokers are killed, frozen and cut off for minutes, under callers who keep a ledger."""
