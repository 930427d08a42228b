"""What runs found, as documents: rendered as Markdown, as a page and on the terminal."""
