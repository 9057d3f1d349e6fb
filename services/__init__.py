"""The five services of Qiao; none imports another."""
