"""The edge towards people and programs: one contract for all five services (architecture §5)."""
