"""One reader a format: `read(path, builder)` fills a TextBuilder, in the sandbox only."""
