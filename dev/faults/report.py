"""The document: what the raw outputs say."""

def summarize(rows):
    """Return the counts of a fault in one line."""
    total = {k: sum(r[k] for r in rows) for k in ("hits", "lost", "double", "wrong", "hidden", "host")}
    served = [sum(r["served"][i] for r in rows) for i in (0, 1)]
    words = [f"{len(rows)} trials, {total['hits']} hit" if total["hits"] else f"{len(rows)} trials, NOT TESTED (0 hits)"]
    words += [f"{total[k]} {k}" for k in ("lost", "double", "wrong", "hidden")]
    if total["host"]:
        words.append(f"{total['host']} the host's")
    if served[1]:
        words.append(f"others served {served[0]}/{served[1]}")
    return ", ".join(words)

def write(folder):
    pass
