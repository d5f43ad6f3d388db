"""REST: monitors, alerts and retrainings."""
