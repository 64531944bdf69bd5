"""Pages that show a study: one self-contained HTML file with a chart drawn in SVG and the figures below it."""
