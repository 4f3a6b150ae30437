"""What `python -m sparsereg` is made of: reading a table, making a problem of it, solving, reporting."""
