"""The pages of the web app: layout only; what they show is computed elsewhere."""
