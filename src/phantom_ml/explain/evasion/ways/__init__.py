"""One file a mutation: what an attacker may write another way, and why the attack still works."""
