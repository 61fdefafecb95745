"""Answers and rows -> tables, CSV, JSON lines and a page to print."""
