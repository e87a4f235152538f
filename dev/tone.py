"""Does any message speak more softly about an invoice than one before?

    make tone    (on the demonstration)

Reads every message that left, oldest first: what asks step by step for money (calls
leave no text; confirmations, thanks and courtesies are no such texts). The firmest text
that asked for each item is kept by the tone and the place of its level; what the module
itself has noted is not believed. The exit code is 1 when one is softer.
"""

TONES = ("friendly", "neutral", "firm", "formal")
WORDLESS = ("phone", "visit", "decision")


def main(env, _arguments):
    """Print how many messages were read and which are softer than one before."""
    actions = env["dunning.action"].search(
        [
            ("state", "in", ("queued", "done")),
            ("kind", "in", ("rung", "manual")),
            ("channel", "not in", WORDLESS),
            ("level_id", "!=", False),
        ]
    )
    heard, softer = {}, []
    for action in actions.sorted(lambda one: (one.delivered_on or one.date, one.id)):
        level = action.level_id
        strength = TONES.index(level.tone), level.sequence, level.delay_days
        for line in action.line_ids.filtered(lambda line: not line.is_for_record):
            before = heard.get(line.move_line_id, strength)
            if before > strength:
                softer.append((action, line))
            heard[line.move_line_id] = max(before, strength)
    for action, line in softer:
        print(f"softer: {action.display_name}, {line.name}, {action.delivered_on}")
    wrong = len({action for action, _line in softer})
    print(f"{len(actions)} messages, {wrong} softer than one before")
    return bool(softer)
