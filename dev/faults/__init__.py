"""Faults on purpose: processes killed, servers gone, money that moves meanwhile."""
