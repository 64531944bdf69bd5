"""English: the words people use on the telephone, and what they mean."""
