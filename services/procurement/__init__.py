"""Procurement (采购): what is bought, by which method, from whom, for how much, and when it is paid.

Owns:  projects, budgets, tenders, expert draws, awards, contracts, milestones, payments, notices, price standards.
Says:  project opened and closed, method decided, notice issued, tender failed, experts drawn, award decided, contract signed
       and accepted, milestone verified, payment released.
Hears: roster accepted, survey progressed, worker verified, case opened and closed, plan signed, session recorded and corrected,
       data returned, round scored and concluded, finding issued and closed, publication made.
"""
