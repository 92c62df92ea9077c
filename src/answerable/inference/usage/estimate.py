"""Token counts where nobody has counted: before a call, and after a stream that was left without figures.

Ratios, not tokenisers: each provider has its own, and a reservation needs a bound, not the truth.
"""

from __future__ import annotations

from answerable.inference.chat import TokenCount
from answerable.inference.models.plan import Target

BYTES_PER_RESERVED_TOKEN = 3
"""Of a request's JSON. English has about 4.5 bytes a token, Chinese and Japanese 3 to 4, JSON's own
punctuation about 3."""

CHARACTERS_PER_TOKEN = 4
"""Of written text: the rule of thumb that OpenAI's documentation gives for English."""


def reserved_tokens(
    input_bytes: int,
    max_output_tokens: int | None,
    target: Target | None,
    *,
    default_output: int,
    choices: int = 1,
) -> TokenCount:
    """What a call may come to: from the size of its body, at most the model's context window (pictures are
    large and cost few tokens), and for each of its `choices` the output that it or its model allows, else
    `default_output`."""
    tokens = -(-input_bytes // BYTES_PER_RESERVED_TOKEN)
    output = max_output_tokens
    if target is not None:
        if target.context_window is not None:
            tokens = min(tokens, target.context_window)
        if output is None:
            output = target.max_output_tokens
        elif target.max_output_tokens is not None:
            output = min(output, target.max_output_tokens)
    return TokenCount(tokens, choices * (default_output if output is None else output), estimated=True)


def written_tokens(input_bytes: int, characters: int) -> TokenCount:
    """What a call came to whose provider gave no figures: from its body and from the text that arrived."""
    return TokenCount(
        -(-input_bytes // CHARACTERS_PER_TOKEN), -(-characters // CHARACTERS_PER_TOKEN), estimated=True
    )
