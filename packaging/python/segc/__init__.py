"""segc compiles audience segments to SQL. This package holds the program; it has no interface for Python."""
