"""One function per thing that can happen: it loads, asks ``desk``, and commits in one transaction."""
