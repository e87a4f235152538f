"""Measure what a user waits for: lists and a form, read as the web client reads them.

Each screen is opened by the lowest role that may see it, never by the superuser. The
list of invoices belongs to invoicing users; it is read once more without our fields.
"""

from lxml import etree

from bench.prepare import COLLECTOR, make_user

LIST_SIZE = 80  # rows of a page
COUNT_LIMIT = 10_001  # the web client counts no further
#: The filters that are on when the list of cases opens.
LATE_CASES = [("state", "!=", "closed"), ("days_overdue", ">", 0)]
INVOICES = [("move_type", "=", "out_invoice")]
#: The host's own filter on overdue invoices, and ours (newly overdue).
HOST_FILTER = [
    ("state", "=", "posted"),
    ("payment_state", "in", ("not_paid", "partial")),
]
OUR_FILTER = [
    ("dunning_days_overdue", ">", 0),
    ("dunning_days_overdue", "<=", 7),
    ("dunning_level_id", "=", False),
]


def measure_screens(env, meter):
    """Open each screen once cold, after the registry's caches are warm."""
    collector = env["res.users"].search([("login", "=", COLLECTOR)])
    cases = _as_user(env, collector)["dunning.case"]
    _measure_list(meter, "list of cases", cases, "dunning_case_view_list", LATE_CASES)
    _measure_form(meter, cases)
    biller = make_user(env, "bench_biller", "reader")
    biller.group_ids += env.ref("account.group_account_invoice")
    env.cr.commit()
    moves = _as_user(env, biller)["account.move"]
    for stage, domain, without in (
        ("list of invoices", HOST_FILTER, ""),
        ("list of invoices, without our fields", HOST_FILTER, "dunning_"),
        ("list of invoices, dunning filter", OUR_FILTER, ""),
    ):
        view = "account.view_out_invoice_tree"
        _measure_list(meter, stage, moves, view, INVOICES + domain, without)


def _as_user(env, user):
    return env(user=user.id, context=user.context_get(), su=False)


def _measure_list(meter, stage, records, view, domain, without="-"):
    """Read a first page in the order of the view.

    :param without: the beginning of field names that are left out
    """
    fields = _fields_of(records, view, "list")
    fields = {
        name: spec
        for name, spec in fields.items()
        if not without or not name.startswith(without)
    }
    records.web_search_read(domain, fields, limit=1)
    with meter.stage(stage, "row", commits=False) as reading:
        page = records.web_search_read(
            domain, fields, limit=LIST_SIZE, count_limit=COUNT_LIMIT
        )
        reading.count = len(page["records"])
        reading.extra = {"found": page["length"]}


def _measure_form(meter, cases):
    """Open the case of a debtor with as many items as half of the others have."""
    groups = cases.env["dunning.case.line"]._read_group(
        [("case_id.state", "=", "open")], ["case_id"], ["__count"]
    )
    ranked = sorted((items, case.id) for case, items in groups)
    items, case_id = ranked[len(ranked) // 2]
    fields = _fields_of(cases, "dunning_case_view_form", "form")
    cases.browse(ranked[0][1]).web_read(fields)
    with meter.stage("one case", "item", items, commits=False):
        cases.browse(case_id).web_read(fields)


def _fields_of(records, view, kind):
    """Return what the web client asks for to show a view."""
    full_name = view if "." in view else f"account_dunning.{view}"
    view_id = records.env.ref(full_name).id
    arch = records.get_view(view_id, kind)["arch"]
    return _specify(records, etree.fromstring(arch))


def _specify(records, node):
    """Return the specification of the fields below a node of a view."""
    found = {}
    for element in _own_fields(node):
        field = records._fields[element.get("name")]
        found[field.name] = {}
        if field.type == "many2one":
            found[field.name] = {"fields": {"display_name": {}}}
        elif field.relational and (inner := element.find("list")) is not None:
            lines = records.env[field.comodel_name]
            found[field.name] = {"fields": _specify(lines, inner), "limit": LIST_SIZE}
    return found


def _own_fields(node):
    """Yield the fields of a view, not those of the lists inside it."""
    for child in node:
        if child.tag == "field":
            yield child
        elif isinstance(child.tag, str):
            yield from _own_fields(child)
