//! What people and programs read of a run: HTML, Markdown, CSV, XLSX and JSON, all from one view.
