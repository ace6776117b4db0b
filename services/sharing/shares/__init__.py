"""A confirmed hit: who has to be told, judged, proposed, approved, and how far each notice is."""
