"""Windows of time on a fixed grid, how well a model did in one, and labelled rows as a table. Pure: no Django."""
