"""Whole answers and streams of the clients' protocols, each made from the other."""

from answerable.inference.cache.protocols.registry import KeptProtocol, protocol_of

__all__ = ["KeptProtocol", "protocol_of"]
