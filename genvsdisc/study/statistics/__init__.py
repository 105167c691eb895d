"""Functions of predictions and tables: nothing here fits a model."""
