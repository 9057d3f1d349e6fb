"""Intake (救助对象): who may be served, and why.

Owns:  rosters, households, persons, surveys, programmes, candidates, consents, recipients.
Says:  roster accepted, survey progressed, programme opened, selection proposed, selection confirmed, recipient enrolled, need answered, …
Hears: project opened and closed, contract signed, case opened and closed, agency key registered,
       need discovered, data returned; answers the dossier request and asks what was seen of a need.
"""
