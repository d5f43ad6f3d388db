"""Making the empty database of a stock MLflow, in a child process: its schema is mlflow's own."""
