"""Article -> statements: who says which words, through whom."""

from outproduce.statements.attribution import find_statements

__all__ = ["find_statements"]
