"""The demo: what a newcomer sees on the first start, built by the operations that users call."""
