"""Letters to travellers, a file a language: the six official languages of the United Nations."""
