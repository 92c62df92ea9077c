"""Pluggy's two marks: `hookspec` for the slice that has a hook, `hookimpl` for a plugin that fills it."""

from __future__ import annotations

import pluggy

PROJECT = "answerable"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)
