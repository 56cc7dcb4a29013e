"""What an event means, stage by stage: a flat list; each stage gives one outcome per event."""
