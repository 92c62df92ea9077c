"""HTTP: the app, its middleware and error answers, and the processes that run it."""
