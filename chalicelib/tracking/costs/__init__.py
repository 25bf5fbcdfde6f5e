"""What advertising cost, so that a report can say what a call cost."""
