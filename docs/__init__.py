"""The documentation: pages in Markdown, and what Sphinx needs to make a site of them (`make docs`)."""
