"""The engine on real invoices, day by day, compared with plain arithmetic."""
