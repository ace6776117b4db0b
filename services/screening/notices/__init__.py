"""Another State's notice meets the travellers of its flight and becomes a task."""
