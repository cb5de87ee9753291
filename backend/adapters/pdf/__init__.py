"""PDF engines and what checks their pages."""
