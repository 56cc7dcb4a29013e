"""Who acts on an event once it is understood: EI (analytics) and EMF (loyalty)."""
