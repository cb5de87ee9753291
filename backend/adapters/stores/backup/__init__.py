"""A whole shop in one file: made while the program works, tried before it replaces anything."""
