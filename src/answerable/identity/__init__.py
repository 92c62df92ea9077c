"""Who may do what: people, workspaces, memberships, sign-in and API keys."""
