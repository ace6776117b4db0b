"""The ad hoc question about one person or many, in our words and in OpenSanctions' shape."""
