"""What calls used and cost: the log that counts them, prices, reports."""
