"""The steps of a departure beyond the account and its managed groups: each seen, done and read back."""
