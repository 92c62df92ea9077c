"""The project's own checks: what no general linter knows. Each says which mistake it prevents."""
