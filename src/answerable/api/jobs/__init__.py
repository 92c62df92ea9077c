"""The HTTP surface of jobs. It lies here because the jobs slice is below identity, whose doors it needs."""
