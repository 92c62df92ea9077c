"""Tests of `/v1/*`."""
