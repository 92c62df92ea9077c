"""Transfer: conversations out of the system and into it again, as JSON or Markdown."""
