"""What every part stands on and which knows nothing of records: time, ids, money, text, errors."""
