"""Evaluation (评价): six sources judge one contract, twice, by the scheme that was frozen with it.

Owns:  commissions, rounds, samples, sheets, scores, findings, appeals, context figures.
Says:  evaluator commissioned, round opened, scored and concluded, finding issued and closed, context recorded.
Hears: project opened, contract signed, case opened, case closed.
"""
