"""Which chart shows a result, and how it is drawn as a specification."""
