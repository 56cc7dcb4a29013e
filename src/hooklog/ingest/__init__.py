"""Taking pushes: one judgement for every listener, and an answer only when the event is safe on disk."""
