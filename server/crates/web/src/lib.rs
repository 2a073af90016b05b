//! Pages of the web as Markdown, and search engines.
