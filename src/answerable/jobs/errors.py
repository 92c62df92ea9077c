"""What ends a job function from outside. Neither is a failure of the job."""

from __future__ import annotations


class LostJob(Exception):
    """This attempt is no longer the job's: another worker took over, or the job ended.

    Let it through. Nothing that this attempt still does may reach the database.
    """


class JobCancelled(Exception):
    """Somebody cancelled the job. Let it through; the task's `on_cancelled` cleans up."""
