"""Changes of verified values that wait until the customer or the named office agrees; meanwhile the old value stays in force."""
