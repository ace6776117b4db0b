"""From a body to what may be stored of it, here or in processes of their own."""
