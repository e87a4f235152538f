{
    "name": "Benchmark: the floor of the host",
    "summary": "The smallest records like reminders, to measure what the ORM costs",
    "version": "19.0.1.0.0",
    "license": "LGPL-3",
    "category": "Hidden",
    "author": "Nobody: only for measuring",
    "depends": ["account", "mail"],
    "data": ["security/ir.model.access.csv", "report/letter.xml"],
    "installable": True,
}
