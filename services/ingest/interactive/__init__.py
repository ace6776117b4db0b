"""Check-in desks: asked and answered at once, and told what people change later."""
