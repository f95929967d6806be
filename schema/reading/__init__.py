"""What an operation reads: the columns and rows that its selection asks for, data loaders, and the events of subscriptions."""
