"""Set the module up on the books: everything is proposed, nothing leaves by itself."""

from odoo.fields import Command

COLLECTOR, MANAGER = "bench_collector", "bench_manager"


def main(env, _arguments):
    """Make the users, and let every level wait for approval."""
    collector = make_user(env, COLLECTOR, "collector")
    manager = make_user(env, MANAGER, "manager")
    ladder = env.ref("account_dunning.dunning_ladder_business")
    # A sample of e-mails has its invoices attached; the others have none.
    ladder.level_ids.write({"automation": "manual", "attach_invoices": False})
    env.company.write(
        {
            "dunning_ladder_id": ladder.id,
            "dunning_user_id": collector.id,
            "dunning_manager_id": manager.id,
            "dunning_confirmed_on": "2024-01-01",
            "dunning_is_night_on": True,
        }
    )


def make_user(env, login, role):
    """Return an employee who has one role in dunning and no other right."""
    groups = ("base.group_user", f"account_dunning.group_dunning_{role}")
    return env["res.users"].create(
        {
            "name": f"Bench {role}",
            "login": login,
            "email": f"{role}@bench.example.com",
            "company_id": env.company.id,
            "company_ids": [Command.set(env.company.ids)],
            "group_ids": [Command.set([env.ref(name).id for name in groups])],
        }
    )
