"""Casework: who helps whom, what was done, and what came of it.

Owns:  workers, cases, plans, sessions, outcomes, closings, and the agency's key.
Says:  worker verified, case opened, plan signed, session recorded, outcome recorded, case closed, need discovered, data returned, …
Hears: contract signed, contract accepted, project closed, recipient enrolled, withdrawn and erased, need answered and erased;
       answers what was seen of a need.
"""
