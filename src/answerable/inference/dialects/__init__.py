"""What clients speak: the protocols of `/v1/*`, read into the gateway's words and written back."""
