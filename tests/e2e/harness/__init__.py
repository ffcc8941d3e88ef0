"""Real programs around the gate: the gate itself, an upstream that records, clients, people."""
