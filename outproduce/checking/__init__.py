"""Sentences held against the ledger: what a fact-checker would ask, answered with the evidence."""

from outproduce.checking.check import Check, Question, Result, check
from outproduce.checking.scale import VERDICTS

__all__ = ["VERDICTS", "Check", "Question", "Result", "check"]
